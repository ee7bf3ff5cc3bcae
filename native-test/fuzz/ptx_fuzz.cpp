// SPDX-License-Identifier: Apache-2.0
// libFuzzer's target: whatever the text, Module::load answers with a module or with an error log.
#include <cstdlib>

#include "../src/ptx/module.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  initium::soft::Memory memory(1, 1 << 24);
  std::string log;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto module = initium::soft::Module::load(text, memory, 0, log);
  if (module == nullptr && log.empty()) std::abort();
  return 0;
}
