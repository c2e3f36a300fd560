#include "cli/csv_rows.h"

namespace temblor {

Result<void> for_each_csv_row(std::string_view text,
                              const std::function<Result<void>(const std::vector<std::string>& fields)>& row) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const bool doubled = quoted && i + 1 < text.size() && text[i + 1] == '"';
      if (doubled) {
        fields.back().push_back(text[++i]);
      } else {
        quoted = !quoted;
      }
    } else if (quoted) {
      fields.back().push_back(c);
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      if (fields.back().ends_with('\r')) fields.back().pop_back();
      TEMBLOR_TRY(row(fields));
      fields.assign(1, "");
    } else {
      fields.back().push_back(c);
    }
  }
  const bool open_line = fields.size() > 1 || !fields[0].empty();
  return open_line ? row(fields) : Result<void>();
}

}  // namespace temblor
