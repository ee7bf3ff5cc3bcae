#include "counters.h"

#include <sstream>

namespace initium::soft {

void KernelCount::add(const KernelCount& o) {
  launches += o.launches;
  threads += o.threads;
  instructions += o.instructions;
  approx += o.approx;
  bytesRead += o.bytesRead;
  bytesWritten += o.bytesWritten;
  for (size_t i = 0; i < byClass.size(); i++) byClass[i] += o.byClass[i];
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
  static constexpr const char* kClasses[] = {"integer", "float32", "float64", "half",
                                             "convert", "move",    "compare", "memory",
                                             "atomic",  "warp",    "barrier", "branch"};
  std::lock_guard guard(lock_);
  std::ostringstream out;
  for (const auto& [kernel, c] : kernels_) {
    out << "{\"kernel\":\"" << kernel << "\",\"launches\":" << c.launches
        << ",\"threads\":" << c.threads << ",\"instructions\":" << c.instructions
        << ",\"byClass\":{";
    for (size_t i = 0; i < c.byClass.size(); i++)
      out << (i ? "," : "") << '"' << kClasses[i] << "\":" << c.byClass[i];
    out << "},\"approx\":" << c.approx << ",\"bytesRead\":" << c.bytesRead
        << ",\"bytesWritten\":" << c.bytesWritten << "}\n";
  }
  return out.str();
}

}  // namespace initium::soft
