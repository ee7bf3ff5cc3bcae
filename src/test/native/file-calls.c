// SPDX-License-Identifier: Apache-2.0
// A library for LD_PRELOAD that counts the calls which change files of one folder, and at one of them ends the
// process or lets the call fail. What of a file is whole, whatever is killed when, is seen by trying each.
//
//   FILE_CALLS_FOLDER  the folder; calls on other files are not touched
//   FILE_CALLS_KILL    the call, from 1, instead of which the process gets SIGKILL
//   FILE_CALLS_FAIL    NAME:ERRNO[:K]: calls of that name fail with that number; only the K-th if that is given
//   FILE_CALLS_COUNT   a file (elsewhere) that gets the number of calls when the process ends by itself
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static long calls, failures;

static int is_ours(const char *path) {
  const char *folder = getenv("FILE_CALLS_FOLDER");
  return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_ours_fd(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return is_ours(path);
}

// Whether the call is to fail; errno is set then.
static int is_told(int ours, const char *name) {
  if (!ours) return 0;
  int saved = errno;
  const char *fail = getenv("FILE_CALLS_FAIL");
  size_t length = strlen(name);
  if (fail && strncmp(fail, name, length) == 0 && fail[length] == ':') {
    const char *only = strchr(fail + length + 1, ':');
    if (!only || __sync_add_and_fetch(&failures, 1) == atol(only + 1)) {
      errno = atoi(fail + length + 1);
      return 1;
    }
  }
  errno = saved;
  return 0;
}

// The same of a call that changes files, which are counted.
static int fails(int ours, const char *name) {
  int saved = errno;
  const char *at = getenv("FILE_CALLS_KILL");
  if (ours && __sync_add_and_fetch(&calls, 1) == (at ? atol(at) : -1)) kill(getpid(), SIGKILL);
  errno = saved;
  return is_told(ours, name);
}

__attribute__((destructor)) static void tell(void) {
  const char *file = getenv("FILE_CALLS_COUNT");
  FILE *out = file ? fopen(file, "w") : NULL;
  if (out) {
    fprintf(out, "%ld\n", calls);
    fclose(out);
  }
}

#define REAL(type, name, ...) type (*real)(__VA_ARGS__) = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

#define OPEN(name)                                            \
  int name(const char *path, int flags, ...) {                \
    va_list rest;                                             \
    va_start(rest, flags);                                    \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                             \
    REAL(int, name, const char *, int, ...);                  \
    if (fails(is_ours(path), "open")) return -1;              \
    return real(path, flags, mode);                           \
  }
OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *bytes, size_t n) {
  REAL(ssize_t, write, int, const void *, size_t);
  return fails(is_ours_fd(fd), "write") ? -1 : real(fd, bytes, n);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) {
  REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
  return fails(is_ours_fd(fd), "write") ? -1 : real(fd, bytes, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int n) {
  REAL(ssize_t, writev, int, const struct iovec *, int);
  return fails(is_ours_fd(fd), "write") ? -1 : real(fd, parts, n);
}

ssize_t read(int fd, void *bytes, size_t n) {
  REAL(ssize_t, read, int, void *, size_t);
  return is_told(is_ours_fd(fd), "read") ? -1 : real(fd, bytes, n);
}

ssize_t pread64(int fd, void *bytes, size_t n, off64_t at) {
  REAL(ssize_t, pread64, int, void *, size_t, off64_t);
  return is_told(is_ours_fd(fd), "read") ? -1 : real(fd, bytes, n, at);
}

int ftruncate64(int fd, off64_t size) {
  REAL(int, ftruncate64, int, off64_t);
  return fails(is_ours_fd(fd), "ftruncate") ? -1 : real(fd, size);
}

int fsync(int fd) {
  REAL(int, fsync, int);
  return fails(is_ours_fd(fd), "fsync") ? -1 : real(fd);
}

int close(int fd) {
  REAL(int, close, int);
  int failed = fails(is_ours_fd(fd), "close");
  int error = errno;
  int result = real(fd); // as the system does: the number is free also where close fails
  if (!failed) return result;
  errno = error;
  return -1;
}

int fchmod(int fd, mode_t mode) {
  REAL(int, fchmod, int, mode_t);
  return fails(is_ours_fd(fd), "chmod") ? -1 : real(fd, mode);
}

#define ONE_PATH(name)                         \
  int name(const char *path) {                 \
    REAL(int, name, const char *);             \
    return fails(is_ours(path), #name) ? -1 : real(path); \
  }
ONE_PATH(unlink)
ONE_PATH(rmdir)

int mkdir(const char *path, mode_t mode) {
  REAL(int, mkdir, const char *, mode_t);
  return fails(is_ours(path), "mkdir") ? -1 : real(path, mode);
}

int chmod(const char *path, mode_t mode) {
  REAL(int, chmod, const char *, mode_t);
  return fails(is_ours(path), "chmod") ? -1 : real(path, mode);
}

int rename(const char *from, const char *to) {
  REAL(int, rename, const char *, const char *);
  return fails(is_ours(to), "rename") ? -1 : real(from, to);
}
