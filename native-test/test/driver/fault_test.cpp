// SPDX-License-Identifier: Apache-2.0
// Faults that a test orders, the variables that a process starts with, and what it says when it ends.
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"

namespace {

const char* self;

struct Outcome {
  int status = -1;
  std::string output;
};

// Runs a scene of this program in a process of its own, with these variables set.
Outcome scene(const std::string& name, const std::string& variables) {
  Outcome outcome;
  std::FILE* pipe = popen(("env " + variables + " " + self + " " + name + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) outcome.output.append(buffer, n);
  outcome.status = WEXITSTATUS(pclose(pipe));
  return outcome;
}

bool holds(const Outcome& o, const char* text) {
  bool found = o.output.find(text) != std::string::npos;
  if (!found) std::printf("expected '%s' in: %s\n", text, o.output.c_str());
  return found;
}

int play(const std::string& name) {
  CUcontext context = nullptr;
  CUdeviceptr p = 0, q = 0;
  int n = 0;
  CUresult r = cuInit(0);
  if (name == "init") return r;
  if (name == "count") return cuDeviceGetCount(&n), n;
  cuDevicePrimaryCtxRetain(&context, name == "second" ? 1 : 0);
  cuCtxSetCurrent(context);
  if (name == "allocate") {
    r = cuMemAlloc_v2(&p, 40000);
    CUresult second = cuMemAlloc_v2(&q, 40000);
    cuMemFree_v2(p);
    cuMemFree_v2(q);
    return cuDevicePrimaryCtxRelease_v2(0), 10 * r + second;
  }
  if (name == "leak") return cuMemAlloc_v2(&p, 1234), 0;
  if (name == "clean") return cuMemAlloc_v2(&p, 1234), cuMemFree_v2(p), cuDevicePrimaryCtxRelease_v2(0), 0;
  if (name == "foreign") {  // a kernel of device 0 writes to memory of device 1
    CUcontext other = nullptr;
    CUmodule m = nullptr;
    CUfunction f = nullptr;
    cuDevicePrimaryCtxRetain(&other, 1);
    cuCtxSetCurrent(other);
    cuMemAlloc_v2(&p, 256);
    cuCtxSetCurrent(context);
    cuModuleLoadData(&m, kernels);
    cuModuleGetFunction(&f, m, "fill");
    unsigned v = 1, count = 64;
    void* parameters[] = {&p, &v, &count};
    cuLaunchKernel(f, 1, 1, 1, 64, 1, 1, 0, nullptr, parameters, nullptr);
    return cuCtxSynchronize() == CUDA_ERROR_ILLEGAL_ADDRESS ? 0 : 1;
  }
  if (name == "second") return cuCtxGetDevice(&n), n;
  return 99;
}

}  // namespace

TEST(chosen_call_fails_without_effect) {
  Device d;
  char wrong[256] = "";
  CUdeviceptr p = 0, q = 0;
  CHECK_EQUAL(initiumSoftSetFaults("cuMemAlloc:2:2, cuMemFree_v2:1:700", wrong, sizeof wrong), 0);
  CHECK_EQUAL(cuMemAlloc_v2(&p, 64), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemAlloc_v2(&q, 64), CUDA_ERROR_OUT_OF_MEMORY);
  CHECK_EQUAL(initiumSoftLive("memory"), 1);
  CHECK_EQUAL(cuMemAlloc_v2(&q, 64), CUDA_SUCCESS);
  CHECK_EQUAL(cuMemFree_v2(q), CUDA_ERROR_ILLEGAL_ADDRESS);
  CHECK_EQUAL(initiumSoftLive("memory"), 2);
  CHECK_EQUAL(cuMemFree_v2(q), CUDA_SUCCESS);  // an ordered failure is not sticky
  CHECK_EQUAL(cuMemFree_v2(p), CUDA_SUCCESS);
  CHECK_EQUAL(initiumSoftCalls("cuMemAlloc"), 3);
  CHECK_EQUAL(initiumSoftCalls("cuMemAlloc_v2"), 3);
  CHECK_EQUAL(initiumSoftCalls("cuMemHostAlloc"), 0);
}

TEST(any_call_fails) {
  Device d;
  int n = 0;
  CHECK_EQUAL(initiumSoftSetFaults("*:3:999", nullptr, 0), 0);
  CHECK_EQUAL(cuDeviceGetCount(&n), CUDA_SUCCESS);
  CHECK_EQUAL(cuCtxSynchronize(), CUDA_SUCCESS);
  CHECK_EQUAL(cuDeviceGetCount(&n), CUDA_ERROR_UNKNOWN);
  CHECK_EQUAL(cuDeviceGetCount(&n), CUDA_SUCCESS);
}

TEST(fault_that_cannot_be_read_is_refused) {
  char wrong[256] = "";
  for (const char* text : {"cuMemAlloc", "cuMemAlloc:0:2", "cuMemAlloc:1:0", "cuMemAlloc:1:2x", "cu MemAlloc:1:2", ":1:2"}) {
    CHECK(initiumSoftSetFaults(text, wrong, sizeof wrong) > 0);
    CHECK(std::strstr(wrong, "NAME:K:STATUS") != nullptr);
  }
  CHECK_EQUAL(initiumSoftSetFaults("", nullptr, 0), 0);
}

TEST(variables) {
  CHECK_EQUAL(scene("count", "INITIUM_SOFT_DEVICES=3").status, 3);
  CHECK_EQUAL(scene("init", "INITIUM_SOFT_DEVICES=0").status, int{CUDA_ERROR_NO_DEVICE});
  CHECK_EQUAL(scene("second", "INITIUM_SOFT_DEVICES=2").status, 1);
  CHECK_EQUAL(scene("allocate", "INITIUM_SOFT_MEMORY=64k").status, 2);  // the second does not fit
  CHECK_EQUAL(scene("allocate", "INITIUM_SOFT_MEMORY=1m").status, 0);
  CHECK_EQUAL(scene("init", "INITIUM_SOFT_FAULT=cuInit:1:3").status, 3);
  CHECK_EQUAL(scene("foreign", "INITIUM_SOFT_DEVICES=2").status, 0);
}

TEST(variable_that_cannot_be_read_ends_the_process) {
  for (const char* wrong : {"INITIUM_SOFT_DEVICES=-1", "INITIUM_SOFT_DEVICES=17", "INITIUM_SOFT_MEMORY=12q", "INITIUM_SOFT_SEED=x",
                            "INITIUM_SOFT_FAULT=cuInit"}) {
    Outcome o = scene("init", wrong);
    CHECK_EQUAL(o.status, 2);
    CHECK(holds(o, std::string(wrong).substr(0, std::string(wrong).find('=')).c_str()));
  }
}

TEST(kernels_are_counted) {
  const check::Folder folder;
  const std::string file = folder.file("report");
  scene("foreign", "INITIUM_SOFT_DEVICES=2 INITIUM_SOFT_REPORT=" + file);
  std::FILE* report = std::fopen(file.c_str(), "r");
  char text[512] = "";
  CHECK(std::fgets(text, sizeof text, report) != nullptr && std::strstr(text, "fill") != nullptr);
  std::fclose(report);
}

TEST(leaks_are_told_when_the_process_ends) {
  Outcome o = scene("leak", "A=b");
  CHECK_EQUAL(o.status, 0);
  CHECK(holds(o, "leak at exit: 1 x context") && holds(o, "1234 bytes"));
  o = scene("clean", "A=b");
  CHECK_EQUAL(o.status, 0);
  CHECK_EQUAL(o.output, std::string());
}

int main(int count, char** arguments) {
  self = arguments[0];
  return count > 1 ? play(arguments[1]) : check::run();
}
