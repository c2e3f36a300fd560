#include "cli/answer.h"

#include <fmt/format.h>

#include "cli/terminal.h"
#include "schema/printable.h"

namespace temblor {

int print(const Environment& environment, std::string_view text) {
  const auto written = environment.files.standard_output()->append(text);
  return written ? 0 : report(written.error());
}

int report(const Error& error) {
  write_to_stderr(fmt::format("temblor: {}\n", printable(error.to_line())));
  return error.blame == Blame::kUser ? 2 : 1;
}

}  // namespace temblor
