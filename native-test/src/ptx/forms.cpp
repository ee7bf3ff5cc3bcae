#include "forms.h"

namespace initium::soft {

Forms::Forms() {
  addIntegers(*this);
  addFloats(*this);
  addHalves(*this);
  addConversions(*this);
  addCompares(*this);
  addMoves(*this);
  addWarps(*this);
}

const Forms& Forms::all() {
  static const Forms forms;
  return forms;
}

std::optional<Form> Forms::find(std::string_view opcode) const {
  const auto it = table_.find(opcode);
  return it == table_.end() ? memoryForm(opcode) : it->second;
}

}  // namespace initium::soft
