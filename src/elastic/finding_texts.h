#pragma once

#include <string_view>

#include "elastic/decision.h"

namespace temblor::elastic {

/// The words for one note, in both languages. `{0}` and `{1}` stand for a finding's numbers, as fmt writes them.
struct FindingText {
  Note note;
  std::string_view line_zh;  ///< as the log has it
  std::string_view line_en;
  std::string_view why_zh;  ///< as `explain` has it
  std::string_view why_en;
};

/// Every note has one.
const FindingText& text_of(Note note);

}  // namespace temblor::elastic
