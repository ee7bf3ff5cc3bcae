// SPDX-License-Identifier: Apache-2.0
#include "module.h"

#include <algorithm>
#include <cstring>

#include "compiler.h"
#include "outline.h"

namespace initium::soft {

namespace {

// Storage first, contents second: an initializer may name a variable that is declared later.
void place(const Declaration& d, Memory& memory, int device, Variables& variables) {
  if (d.space == "shared" || d.unsized || variables.count(d.name)) return;
  if (d.size() == 0) throw LoadError(d.line, "variable '" + d.name + "' has no size");
  const Space space = d.space == "const" ? Space::Const : Space::Global;
  const size_t align = std::max<size_t>(d.align, 16);
  const uint64_t at = memory.allocate(device, d.size(), "variable " + d.name, align, space);
  if (at == 0) throw LoadError(d.line, "out of memory for variable '" + d.name + "'");
  variables[d.name] = {at, d.size()};
}

void initialize(const Declaration& d, Memory& memory, const Variables& variables) {
  if (d.space == "shared") return;
  const auto known = variables.find(d.name);
  if (known == variables.end())
    throw LoadError(d.line, "extern variable '" + d.name + "' is not defined");
  const Variable& v = known->second;
  memory.markWritten(*memory.find(v.address), v.address, v.size);  // what has no value is zero
  const size_t width = bytes(d.type);
  for (size_t k = 0; k < d.values.size(); k++) {
    uint64_t bits = d.values[k].bits;
    if (const std::string& symbol = d.values[k].symbol; !symbol.empty()) {
      const auto other = variables.find(symbol);
      if (other == variables.end() || width != 8)
        throw LoadError(d.line, "initializer names '" + symbol +
                                    "', which is not a variable whose address fits");
      bits += other->second.address;
    }
    std::memcpy(reinterpret_cast<std::byte*>(v.address) + k * width, &bits, width);
  }
}

template <class T> const T* look(const std::map<std::string, T>& in, const std::string& name) {
  const auto it = in.find(name);
  return it == in.end() ? nullptr : &it->second;
}

}  // namespace

std::unique_ptr<Module> Module::load(std::string_view ptx, Memory& memory, int device,
                                     std::string& errorLog) {
  std::unique_ptr<Module> module(new Module(memory));
  try {
    const Outline outline(ptx);
    for (const Declaration& d : outline.variables) place(d, memory, device, module->variables_);
    for (const Declaration& d : outline.variables) initialize(d, memory, module->variables_);
    for (const Function& f : outline.functions) {
      if (f.body == 0) continue;
      Compiler compiler(outline, module->variables_);
      if (!f.entry) {
        compiler.check(f);
        continue;
      }
      Kernel kernel = compiler.compile(f);
      kernel.device = device;
      if (!module->kernels_.emplace(f.name, std::move(kernel)).second)
        throw LoadError(f.line, "kernel defined twice: '" + f.name + "'");
    }
  } catch (const LoadError& e) {
    errorLog = e.what();
    return nullptr;
  }
  return module;
}

Module::~Module() {
  for (const auto& [name, v] : variables_) memory_.free(v.address);
}

const Kernel* Module::find(const std::string& name) const { return look(kernels_, name); }
const Variable* Module::variable(const std::string& name) const { return look(variables_, name); }

}  // namespace initium::soft
