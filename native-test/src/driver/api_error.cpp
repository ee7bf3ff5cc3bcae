// SPDX-License-Identifier: Apache-2.0
// cuGetErrorName and cuGetErrorString. Neither takes part in fault injection: a program calls them
// to say what went wrong.
#include "abi.h"

namespace {

struct Error {
  int code;
  const char *name, *text;
};
constexpr Error kErrors[] = {
#define ERROR(code, name, text) {code, #name, text},
#include "errors.def"
#undef ERROR
};

CUresult look(int code, const char** out, const char* Error::* field) {
  if (out == nullptr) return CUDA_ERROR_INVALID_VALUE;
  *out = nullptr;
  for (const Error& error : kErrors)
    if (error.code == code) *out = error.*field;
  return *out == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

}  // namespace

INITIUM_API CUresult cuGetErrorName(int code, const char** out) {
  return look(code, out, &Error::name);
}
INITIUM_API CUresult cuGetErrorString(int code, const char** out) {
  return look(code, out, &Error::text);
}
