// SPDX-License-Identifier: Apache-2.0
#include "finding.h"

#include <sstream>

namespace initium::soft {

static std::ostream& operator<<(std::ostream& out, const Dim3& d) {
  return out << '(' << d.x << ',' << d.y << ',' << d.z << ')';
}

std::string Finding::report() const {
  std::ostringstream out;
  const char* margin = "\n=========   ";
  out << "========= soft CUDA: " << what;
  if (!kernel.empty()) out << margin << "kernel " << kernel;
  if (line != 0) out << ", PTX line " << line << ", block " << block << ", thread " << thread;
  if (address != 0) out << margin << "address 0x" << std::hex << address << std::dec;
  if (!allocation.empty()) out << margin << allocation;
  out << margin << "the call fails with status " << int(code) << '\n';
  return out.str();
}

}  // namespace initium::soft
