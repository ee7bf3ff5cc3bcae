// Initialisation and devices.
#include <cstdio>
#include <cstring>
#include <utility>

#include "entry.h"

using namespace initium::soft;

namespace {

// Attributes in the numbering of CUdevice_attribute. One that is not listed is 0: not supported.
int attribute(const Driver& driver, int attribute, int device) {
  const Limits& l = driver.limits;
  const std::pair<int, int> table[] = {
      {1, Limits::threadsPerBlock}, {2, 1024}, {3, 1024}, {4, 64},   // block
      {5, 2147483647}, {6, 65535}, {7, 65535},                       // grid
      {8, static_cast<int>(Limits::sharedPerBlock)},
      {9, 65536},                    // constant memory
      {10, 32},                      // warp
      {11, 2147483647},              // pitch
      {12, Limits::registers},
      {13, 1000000}, {36, 1000000},  // clocks in kHz
      {14, 512}, {51, 32}, {30, 512},
      {15, 1}, {40, 2}, {31, 1},     // copies and kernels overlap
      {16, Limits::multiprocessors},
      {19, 1}, {41, 1}, {99, 1},     // mapped host memory, one address space
      {33, device + 1},              // PCI bus
      {37, 256}, {38, 4 << 20},      // bus width, L2
      {39, l.threadsPerMultiprocessor},
      {75, driver.environment.major}, {76, driver.environment.minor},
      {78, 1},                       // stream priorities
      {79, 1}, {80, 1},
      {81, static_cast<int>(l.sharedPerMultiprocessor)},
      {82, Limits::registers},
      {85, device},
      {87, 32}, {90, 1}, {91, 1},
      {95, 1},                       // cooperative launch
      {97, static_cast<int>(l.sharedPerBlockOptin)},
      {106, l.blocksPerMultiprocessor},
      {111, static_cast<int>(l.sharedReserved)},
      {115, 1},                      // memory pools
  };
  for (auto [key, value] : table) {
    if (key == attribute) return value;
  }
  return 0;
}

}  // namespace

INITIUM_API CUresult cuInit(unsigned flags) {
  return entry(__func__, Needs::Nothing, [&](Call& call) {
    if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
    if (call.driver.environment.devices == 0) return CUDA_ERROR_NO_DEVICE;
    call.driver.initialised = true;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDriverGetVersion(int* version) {
  return entry(__func__, Needs::Nothing, [&](Call&) {
    return answer(version, 12060);
  });
}

INITIUM_API CUresult cuDeviceGetCount(int* count) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    return answer(count, call.driver.environment.devices);
  });
}

INITIUM_API CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  return onDevice(__func__, ordinal, [&](Call&) {
    return answer(device, ordinal);
  });
}

INITIUM_API CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  return onDevice(__func__, device, [&](Call&) {
    if (name == nullptr || length < 1) return CUDA_ERROR_INVALID_VALUE;
    std::snprintf(name, static_cast<std::size_t>(length), "Initium software CUDA device");
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceGetUuid(CUuuid* uuid, CUdevice device) {
  return onDevice(__func__, device, [&](Call&) {
    if (uuid == nullptr) return CUDA_ERROR_INVALID_VALUE;
    std::memcpy(uuid->bytes, "initium-soft-gpu", 16);
    uuid->bytes[15] = static_cast<unsigned char>(device);
    return CUDA_SUCCESS;
  });
}
INITIUM_API CUresult cuDeviceGetUuid_v2(CUuuid* uuid, CUdevice device) {
  return cuDeviceGetUuid(uuid, device);
}

INITIUM_API CUresult cuDeviceTotalMem_v2(std::size_t* bytes, CUdevice device) {
  return onDevice(__func__, device, [&](Call& call) {
    return answer(bytes, call.driver.memory.budget());
  });
}

INITIUM_API CUresult cuDeviceGetAttribute(int* value, int which, CUdevice device) {
  return onDevice(__func__, device, [&](Call& call) {
    if (value == nullptr || which < 1 || which > 147) return CUDA_ERROR_INVALID_VALUE;
    *value = attribute(call.driver, which, device);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceComputeCapability(int* major, int* minor, CUdevice device) {
  return onDevice(__func__, device, [&](Call& call) {
    if (major == nullptr || minor == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *major = call.driver.environment.major;
    *minor = call.driver.environment.minor;
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceGetPCIBusId(char* text, int length, CUdevice device) {
  return onDevice(__func__, device, [&](Call&) {
    if (text == nullptr || length < 13) return CUDA_ERROR_INVALID_VALUE;
    std::snprintf(text, static_cast<std::size_t>(length), "0000:%02x:00.0", device + 1);
    return CUDA_SUCCESS;
  });
}

INITIUM_API CUresult cuDeviceCanAccessPeer(int* can, CUdevice device, CUdevice peer) {
  return onDevice(__func__, device, [&](Call& call) {
    if (!exists(call, peer)) return CUDA_ERROR_INVALID_DEVICE;
    return answer(can, 0);
  });
}
