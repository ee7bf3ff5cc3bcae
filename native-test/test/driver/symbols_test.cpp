// SPDX-License-Identifier: Apache-2.0
// Every symbol that JCuda's natives bind is there, and those that do nothing say so.
#include <dlfcn.h>

#include <fstream>

#include "device.h"

namespace {

void all(const char* list, const char* library) {
  void* handle = dlopen(library, RTLD_NOW);
  if (!CHECK(handle != nullptr)) std::printf("%s\n", dlerror());
  std::ifstream names(std::string("symbols/") + list);
  CHECK(names.good());
  int count = 0;
  for (std::string name; std::getline(names, name); ++count) {
    if (!CHECK(dlsym(handle, name.c_str()) != nullptr)) std::printf("%s lacks %s\n", library, name.c_str());
  }
  CHECK(count > 10);
}

}  // namespace

TEST(every_symbol_of_the_lists_is_defined) {
  all("cuda.txt", "libcuda.so.1");
  all("curand.txt", "libcurand.so.10");
  all("cusolver.txt", "libcusolver.so.11");
  all("cusolverMg.txt", "build/libcusolverMg.so.11");
}

TEST(symbols_have_the_versions_that_the_natives_ask_for) {
  CHECK(dlvsym(dlopen("libcurand.so.10", RTLD_NOW), "curandGenerate", "libcurand.so.10") != nullptr);
  CHECK(dlvsym(dlopen("libcusolver.so.11", RTLD_NOW), "cusolverDnSgeqrf", "libcusolver.so.11") != nullptr);
  CHECK(dlvsym(dlopen("libcusolver.so.11", RTLD_NOW), "cusolverDnSpotrf", "libcusolver.so.11") != nullptr);
  CHECK(dlvsym(dlopen("build/libcusolverMg.so.11", RTLD_NOW), "cusolverMgCreate", "libcusolverMg.so.11") != nullptr);
}

TEST(stub_is_not_supported_and_counted) {
  auto stub = reinterpret_cast<int (*)()>(dlsym(dlopen("libcuda.so.1", RTLD_NOW), "cuArrayDestroy"));
  initiumSoftReset();
  CHECK_EQUAL(stub(), int{CUDA_ERROR_NOT_SUPPORTED});
  CHECK_EQUAL(initiumSoftCalls("cuArrayDestroy"), 1);
}

int main() { return check::run(); }
