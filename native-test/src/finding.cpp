#include "finding.h"

#include <cstdio>
#include <sstream>

namespace initium::soft {

static std::ostream& operator<<(std::ostream& out, const Dim3& d) { return out << '(' << d.x << ',' << d.y << ',' << d.z << ')'; }

std::string Finding::report() const {
  std::ostringstream out;
  out << "========= soft CUDA: " << what << '\n';
  if (!kernel.empty()) {
    out << "=========   kernel " << kernel;
    if (line != 0) out << ", PTX line " << line;
    if (block.x != ~0u) out << ", block " << block << ", thread " << thread;
    out << '\n';
  }
  if (address != 0) out << "=========   address 0x" << std::hex << address << std::dec << '\n';
  if (!allocation.empty()) out << "=========   " << allocation << '\n';
  out << "=========   the call fails with status " << int(code) << '\n';
  return out.str();
}

void print(const Finding& finding) {
  const std::string text = finding.report();
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace initium::soft
