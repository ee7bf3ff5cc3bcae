// SPDX-License-Identifier: Apache-2.0
#include "counters.h"

#include <sstream>
#include <utility>

namespace initium::soft {

namespace {

template <class Key> void put(std::ostream& out, const std::map<Key, uint64_t>& counts) {
  const char* comma = "";
  for (const auto& [key, n] : counts)
    out << std::exchange(comma, ",") << '"' << key << "\":" << n;
}

}  // namespace

void KernelCount::add(const KernelCount& o) {
  launches += o.launches;
  threads += o.threads;
  instructions += o.instructions;
  approx += o.approx;
  bytesRead += o.bytesRead;
  bytesWritten += o.bytesWritten;
  for (const auto& [opcode, n] : o.byOpcode) byOpcode[opcode] += n;
  for (const auto& [line, n] : o.byLine) byLine[line] += n;
}

void Counters::add(const std::string& kernel, const KernelCount& count) {
  std::lock_guard guard(lock_);
  kernels_[kernel].add(count);
}

KernelCount Counters::of(const std::string& kernel) const {
  std::lock_guard guard(lock_);
  const auto it = kernels_.find(kernel);
  return it == kernels_.end() ? KernelCount{} : it->second;
}

std::string Counters::report() const {
  std::lock_guard guard(lock_);
  std::ostringstream out;
  for (const auto& [kernel, c] : kernels_) {
    out << "{\"kernel\":\"" << kernel << "\",\"launches\":" << c.launches
        << ",\"threads\":" << c.threads << ",\"instructions\":" << c.instructions
        << ",\"byOpcode\":{";
    put(out, c.byOpcode);
    out << "},\"byLine\":{";
    put(out, c.byLine);
    out << "},\"approx\":" << c.approx << ",\"bytesRead\":" << c.bytesRead
        << ",\"bytesWritten\":" << c.bytesWritten << "}\n";
  }
  return out.str();
}

}  // namespace initium::soft
