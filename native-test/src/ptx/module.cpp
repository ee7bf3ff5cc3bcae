#include "module.h"

#include <algorithm>
#include <cstring>

#include "ast.h"
#include "compiler.h"

namespace initium::soft {

namespace {

// Storage first, contents second: an initialiser may name a variable that is declared later.
void place(const Declaration& d, Memory& memory, int device, Variables& variables) {
  if (d.space == "shared" || variables.count(d.name)) return;
  if (d.external) throw LoadError(d.line, "extern variable '" + d.name + "' is not defined");
  if (d.size() == 0) throw LoadError(d.line, "variable '" + d.name + "' has no size");
  const uint64_t at = memory.allocate(device, d.size(), "variable " + d.name, std::max<size_t>(d.align, 16), d.space == "const" ? Space::Const : Space::Global);
  if (at == 0) throw LoadError(d.line, "out of memory for variable '" + d.name + "'");
  variables[d.name] = {at, d.size()};
}

void initialise(const Declaration& d, Memory& memory, const Variables& variables) {
  const auto it = variables.find(d.name);
  if (it == variables.end()) return;
  auto* bytes = reinterpret_cast<std::byte*>(it->second.address);
  memory.markWritten(*memory.find(it->second.address), it->second.address, it->second.size);  // what has no value is zero
  const size_t width = initium::soft::bytes(d.type);
  for (size_t k = 0; k < d.values.size(); k++) {
    uint64_t v = d.values[k].bits;
    if (const std::string& symbol = d.values[k].symbol; !symbol.empty()) {
      const auto other = variables.find(symbol);
      if (other == variables.end() || width != 8) throw LoadError(d.line, "initialiser names '" + symbol + "', which is not a variable whose address fits");
      v += other->second.address;
    }
    std::memcpy(bytes + k * width, &v, width);
  }
}

}  // namespace

std::unique_ptr<Module> Module::load(std::string_view ptx, Memory& memory, int device, std::string& errorLog) {
  std::unique_ptr<Module> module(new Module(memory));
  try {
    const Ast ast = parse(ptx);
    for (const Declaration& d : ast.variables)
      if (!d.external) place(d, memory, device, module->variables_);
    for (const Declaration& d : ast.variables) place(d, memory, device, module->variables_);
    for (const Declaration& d : ast.variables) initialise(d, memory, module->variables_);
    for (const Function& f : ast.functions) {
      if (!f.entry || !f.defined) continue;
      Kernel kernel = Compiler(ast, module->variables_).compile(f);
      kernel.device = device;
      if (!module->kernels_.emplace(f.name, std::move(kernel)).second) throw LoadError(f.line, "kernel defined twice: '" + f.name + "'");
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

const Kernel* Module::find(const std::string& name) const {
  const auto it = kernels_.find(name);
  return it == kernels_.end() ? nullptr : &it->second;
}

const Variable* Module::variable(const std::string& name) const {
  const auto it = variables_.find(name);
  return it == variables_.end() ? nullptr : &it->second;
}

}  // namespace initium::soft
