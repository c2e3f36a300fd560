#include "connectors/standard_output.h"

namespace temblor {

Result<void> StandardOutputSink::open(const std::string*) {
  output_ = files_.standard_output();
  return {};
}

Result<void> StandardOutputSink::write(const WindowResults& results) {
  text_.clear();
  format_(results, text_);
  return output_->append(text_);
}

Result<void> StandardOutputSink::commit(std::string_view, std::span<const WindowResults> results) {
  for (const WindowResults& window : results) TEMBLOR_TRY(write(window));
  return {};
}

Result<void> StandardOutputLetterSink::open(const std::string*) {
  output_ = files_.standard_output();
  return {};
}

Result<void> StandardOutputLetterSink::write(std::string_view letters) { return output_->append(letters); }

Result<void> StandardOutputLetterSink::commit(std::string_view, std::string_view letters) { return write(letters); }

}  // namespace temblor
