// SPDX-License-Identifier: Apache-2.0
// Initialization and devices.
#include <cstdio>
#include <cstring>
#include <utility>

#include "entry.h"

using namespace initium::soft;

namespace {

// Attributes in the numbering of CUdevice_attribute. One that is not listed is 0: not supported.
int attributeOf(int which, int device, int capability) {
  // clang-format off
  const std::pair<int, int> table[] = {
      {1, Limits::threadsPerBlock}, {2, 1024}, {3, 1024}, {4, 64},  // block
      {5, 2147483647}, {6, 65535}, {7, 65535},                      // grid
      {8, int(Limits::sharedPerBlock)}, {9, 65536},                 // shared and constant memory
      {10, 32}, {11, 2147483647}, {12, Limits::registers},          // warp, pitch
      {13, 1000000}, {36, 1000000}, {37, 256}, {38, 4 << 20},       // clocks in kHz, bus width, L2
      {14, 512}, {51, 32}, {30, 512},                               // alignments
      {15, 1}, {40, 2}, {31, 1},                                    // copies and kernels overlap
      {16, Limits::multiprocessors}, {39, Limits::threadsPerMultiprocessor},
      {19, 1}, {41, 1}, {99, 1},                                    // mapped memory, addresses
      {33, device + 1}, {85, device},                               // PCI bus, board
      {75, capability / 10}, {76, capability % 10},
      {81, int(Limits::sharedPerMultiprocessor)}, {82, Limits::registers},
      {95, 1},                                                      // cooperative launch
      {97, int(Limits::sharedPerBlockOptin)}, {106, Limits::blocksPerMultiprocessor},
      {111, int(Limits::sharedReserved)}, {115, 1},                       // memory pools
  };
  // clang-format on
  for (const auto& [key, value] : table)
    if (key == which) return value;
  return 0;
}

}  // namespace

INITIUM_API CUresult cuInit(unsigned flags) {
  return entry(__func__, Needs::Nothing, [&](Call& call) {
    require(flags == 0);
    require(call.driver.environment.devices != 0, CUDA_ERROR_NO_DEVICE);
    call.driver.initialized = true;
  });
}
INITIUM_API CUresult cuDriverGetVersion(int* version) {
  return entry(__func__, Needs::Nothing, [&](Call& c) { out(version) = c.driver.environment.driver; });
}

INITIUM_API CUresult cuDeviceGetCount(int* count) {
  return entry(__func__, Needs::Init, [&](Call& c) { out(count) = c.driver.environment.devices; });
}
INITIUM_API CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    call.device(ordinal);
    out(device) = ordinal;
  });
}
INITIUM_API CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    call.device(device);
    require(name != nullptr && length > 0);
    std::snprintf(name, size_t(length), "Initium software CUDA device");
  });
}
INITIUM_API CUresult cuDeviceGetUuid(CUuuid* uuid, CUdevice device) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    call.device(device);
    std::memcpy(out(uuid).bytes, "initium-soft-gpu", 16);
    uuid->bytes[15] = static_cast<unsigned char>(device);
  });
}
INITIUM_API CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    call.device(device);
    out(bytes) = call.driver.memory.budget();
  });
}
INITIUM_API CUresult cuDeviceGetAttribute(int* value, int which, CUdevice device) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    call.device(device);
    require(which >= 1 && which <= 147);
    out(value) = attributeOf(which, device, call.driver.environment.capability);
  });
}
INITIUM_API CUresult cuDeviceCanAccessPeer(int* can, CUdevice device, CUdevice peer) {
  return entry(__func__, Needs::Init, [&](Call& call) {
    call.device(device), call.device(peer);
    out(can) = 0;
  });
}
