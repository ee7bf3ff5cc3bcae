// SPDX-License-Identifier: Apache-2.0
// Modules.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include "entry.h"

using namespace initium::soft;

namespace {

// The buffer that a caller passes for the compiler's messages.
struct JitLog {
  char* text = nullptr;
  void** size = nullptr;  // the option's slot gets the length back

  void put(const std::string& message) const {
    if (text == nullptr || size == nullptr || *size == nullptr) return;
    const size_t room = unsigned(reinterpret_cast<uintptr_t>(*size));
    const size_t n = std::min(room - 1, message.size());
    std::memcpy(text, message.data(), n);
    text[n] = '\0';
    *size = reinterpret_cast<void*>(n + 1);
  }
};

// ".target sm_75" of the text, as 75; 0 when there is none.
int target(const std::string& ptx) {
  size_t at = ptx.find("\n.target");
  at = at == ptx.npos ? at : ptx.find("sm_", at);
  return at == ptx.npos ? 0 : std::atoi(ptx.c_str() + at + 3);
}

std::unique_ptr<Module> compile(Call& call, const char* image, std::string& log) {
  uint32_t magic = 0;
  std::memcpy(&magic, image, strnlen(image, 4));
  if (magic == 0x464c457f || magic == 0xba55ed50) {  // an ELF cubin or a fat binary
    log = "the image is machine code; this device executes PTX";
    throw CUDA_ERROR_NO_BINARY_FOR_GPU;
  }
  const std::string ptx = image;
  const int capability = call.driver.environment.capability;
  if (target(ptx) > capability) {
    log = "the PTX is for sm_" + std::to_string(target(ptx)) + ", the device is sm_" +
          std::to_string(capability);
    throw CUDA_ERROR_NO_BINARY_FOR_GPU;
  }
  auto module = Module::load(ptx, call.driver.memory, call.context->device, log);
  if (module != nullptr) return module;
  std::fprintf(stderr, "%s: %s\n", call.name, log.c_str());
  throw CUDA_ERROR_INVALID_PTX;
}

CUresult load(const char* name, CUmodule* handle, const void* image, unsigned count = 0,
              const int* options = nullptr, void** values = nullptr) {
  return entry(name, Needs::Context, [&](Call& call) {
    require(handle != nullptr && image != nullptr);
    require(count == 0 || (options != nullptr && values != nullptr));
    JitLog errors, info;
    for (unsigned i = 0; i < count; i++) switch (options[i]) {
        case CU_JIT_ERROR_LOG_BUFFER: errors.text = static_cast<char*>(values[i]); break;
        case CU_JIT_INFO_LOG_BUFFER: info.text = static_cast<char*>(values[i]); break;
        case CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES: errors.size = &values[i]; break;
        case CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES: info.size = &values[i]; break;
      }
    call.unsafeForCapture();
    info.put("");
    std::string log;
    auto loaded = std::make_shared<LoadedModule>();
    loaded->context = call.context;
    try {
      loaded->module = compile(call, static_cast<const char*>(image), log);
    } catch (const CUresult) {
      errors.put(log);
      throw;
    }
    errors.put("");
    *handle = call.driver.modules.add(loaded);
  });
}

}  // namespace

INITIUM_API CUresult cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned count,
                                        int* options, void** values) {
  return load(__func__, module, image, count, options, values);
}
INITIUM_API CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  return load(__func__, module, image);
}
INITIUM_API CUresult cuModuleLoad(CUmodule* module, const char* path) {
  std::ifstream file(path == nullptr ? "" : path);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? load(__func__, module, text.str().c_str()) : CUDA_ERROR_FILE_NOT_FOUND;
}
INITIUM_API CUresult cuModuleUnload(CUmodule handle) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    const auto loaded = call.find(call.driver.modules, handle);
    call.unsafeForCapture();
    call.driver.functions.removeIf([&](const LoadedFunction& f) { return f.module == loaded; });
    call.driver.modules.remove(handle);
  });
}
INITIUM_API CUresult cuModuleGetFunction(CUfunction* function, CUmodule handle, const char* name) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto loaded = call.find(call.driver.modules, handle);
    require(function != nullptr && name != nullptr);
    const Kernel* kernel = loaded->module->find(name);
    require(kernel != nullptr, CUDA_ERROR_NOT_FOUND);
    CUfunction& known = loaded->functions[name];
    if (known == nullptr) {
      const size_t used = std::min(Limits::sharedPerBlock, kernel->sharedBytes);
      LoadedFunction made{loaded, kernel, Limits::sharedPerBlock - used};
      known = call.driver.functions.add(std::make_shared<LoadedFunction>(std::move(made)));
    }
    *function = known;
  });
}
INITIUM_API CUresult cuModuleGetGlobal_v2(CUdeviceptr* address, size_t* bytes, CUmodule handle,
                                          const char* name) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    const auto loaded = call.find(call.driver.modules, handle);
    require(name != nullptr);
    const Variable* variable = loaded->module->variable(name);
    require(variable != nullptr, CUDA_ERROR_NOT_FOUND);
    if (address != nullptr) *address = variable->address;
    if (bytes != nullptr) *bytes = variable->size;
  });
}
