// Modules.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include "entry.h"

using namespace initium::soft;

namespace {

// The buffers that a caller passes for the compiler's messages.
struct JitLog {
  char* text = nullptr;
  std::size_t size = 0;
  void** written = nullptr;  // the option's slot gets the length back

  void put(const std::string& message) const {
    if (text == nullptr || size == 0) return;
    std::size_t n = std::min(size - 1, message.size());
    std::memcpy(text, message.data(), n);
    text[n] = '\0';
    if (written != nullptr) *written = reinterpret_cast<void*>(n + 1);
  }
};

// ".target sm_75" of the text, as 75; 0 when there is none.
int target(const std::string& ptx) {
  std::size_t at = ptx.find("\n.target");
  at = at == std::string::npos ? at : ptx.find("sm_", at);
  return at == std::string::npos ? 0 : std::atoi(ptx.c_str() + at + 3);
}

CUresult load(Call& call, CUmodule* handle, const void* image, const JitLog& errors, const JitLog& info) {
  if (handle == nullptr || image == nullptr) return CUDA_ERROR_INVALID_VALUE;
  if (CUresult r = call.unsafeForCapture(); r != CUDA_SUCCESS) return r;
  info.put("");
  std::uint32_t magic = 0;
  std::memcpy(&magic, image, strnlen(static_cast<const char*>(image), 4));
  if (magic == 0x464c457f || magic == 0xba55ed50) {  // an ELF cubin or a fat binary
    errors.put("the image is machine code; this device executes PTX");
    return CUDA_ERROR_NO_BINARY_FOR_GPU;
  }
  std::string ptx = static_cast<const char*>(image), log;
  const Environment& environment = call.driver.environment;
  int capability = environment.major * 10 + environment.minor;
  if (target(ptx) > capability) {
    errors.put("the PTX is for sm_" + std::to_string(target(ptx)) + ", the device is sm_" + std::to_string(capability));
    return CUDA_ERROR_NO_BINARY_FOR_GPU;
  }
  auto loaded = std::make_shared<LoadedModule>();
  loaded->context = call.context;
  loaded->module = Module::load(ptx, call.driver.memory, call.context->device, log);
  errors.put(log);
  if (loaded->module == nullptr) {
    std::fprintf(stderr, "%s: %s\n", call.name, log.c_str());
    return CUDA_ERROR_INVALID_PTX;
  }
  *handle = call.driver.modules.add(loaded);
  return CUDA_SUCCESS;
}

CUresult loadEx(const char* name, CUmodule* module, const void* image, unsigned count, const int* options, void** values) {
  return entry(name, Needs::Context, [&](Call& call) {
    if (count != 0 && (options == nullptr || values == nullptr)) return CUDA_ERROR_INVALID_VALUE;
    JitLog errors, info;
    for (unsigned i = 0; i < count; ++i) {
      if (options[i] == CU_JIT_ERROR_LOG_BUFFER) errors.text = static_cast<char*>(values[i]);
      if (options[i] == CU_JIT_INFO_LOG_BUFFER) info.text = static_cast<char*>(values[i]);
      if (options[i] == CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES) errors.size = static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(values[i])), errors.written = &values[i];
      if (options[i] == CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES) info.size = static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(values[i])), info.written = &values[i];
    }
    return load(call, module, image, errors, info);
  });
}

}  // namespace

INITIUM_API CUresult cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned count, int* options, void** values) {
  return loadEx(__func__, module, image, count, options, values);
}
INITIUM_API CUresult cuModuleLoadData(CUmodule* module, const void* image) { return loadEx(__func__, module, image, 0, nullptr, nullptr); }
INITIUM_API CUresult cuModuleLoadFatBinary(CUmodule* module, const void* image) { return loadEx(__func__, module, image, 0, nullptr, nullptr); }
INITIUM_API CUresult cuModuleLoad(CUmodule* module, const char* path) {
  std::ifstream file(path == nullptr ? "" : path);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? loadEx(__func__, module, text.str().c_str(), 0, nullptr, nullptr) : CUDA_ERROR_FILE_NOT_FOUND;
}

INITIUM_API CUresult cuModuleUnload(CUmodule handle) {
  return entry(__func__, Needs::Release, [&](Call& call) {
    std::shared_ptr<LoadedModule> loaded = call.find(call.driver.modules, handle);
    if (loaded == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (CUresult r = call.unsafeForCapture(); r != CUDA_SUCCESS) return r;
    call.driver.functions.removeIf([&](const Function& f) { return f.module == loaded; });
    call.driver.modules.remove(handle);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuModuleGetFunction(CUfunction* function, CUmodule handle, const char* name) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    std::shared_ptr<LoadedModule> loaded = call.find(call.driver.modules, handle);
    if (loaded == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (function == nullptr || name == nullptr) return CUDA_ERROR_INVALID_VALUE;
    const Kernel* kernel = loaded->module->find(name);
    if (kernel == nullptr) return CUDA_ERROR_NOT_FOUND;
    CUfunction& known = loaded->functions[name];
    if (known == nullptr) {
      auto made = std::make_shared<Function>(Function{loaded, handle, kernel, 0});
      made->maxDynamicShared = Limits::sharedPerBlock - std::min(Limits::sharedPerBlock, kernel->sharedBytes);
      known = call.driver.functions.add(made);
    }
    *function = known;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuModuleGetGlobal_v2(CUdeviceptr* address, std::size_t* bytes, CUmodule handle, const char* name) {
  return entry(__func__, Needs::Context, [&](Call& call) {
    std::shared_ptr<LoadedModule> loaded = call.find(call.driver.modules, handle);
    if (loaded == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (name == nullptr) return CUDA_ERROR_INVALID_VALUE;
    const Variable* variable = loaded->module->variable(name);
    if (variable == nullptr) return CUDA_ERROR_NOT_FOUND;
    if (address != nullptr) *address = variable->address;
    if (bytes != nullptr) *bytes = variable->size;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuModuleGetLoadingMode(int* mode) {
  return entry(__func__, Needs::Nothing, [&](Call&) {
    if (mode == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *mode = 1;  // eager
    return CUDA_SUCCESS;
  });
}
