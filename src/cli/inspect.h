#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/environment.h"
#include "cli/text_output.h"
#include "connectors/source.h"

namespace temblor {

/// What `temblor inspect` is to show, and where. Nothing of a file reaches the terminal unescaped.
struct Inspection {
  std::string path;          ///< `-` is standard input where the kind allows it
  std::uint64_t limit = 50;  ///< rows to show at most; the closing line counts all
  const Environment& environment;
  TextOutput& out;
};

/// One for each kind of file. Errors: a path that cannot be read is the user's, a damaged file the world's.
Result<void> inspect_records(const Inspection& inspection);
Result<void> inspect_letters(const Inspection& inspection);
Result<void> inspect_results(const Inspection& inspection);
Result<void> inspect_checkpoint(const Inspection& inspection);

/// Calls `message` for each message of a delimited file and `lost` for each run of bytes that belong to none.
Result<void> for_each_message(const Inspection& inspection, const std::function<Result<void>(const Message&)>& message,
                              const std::function<Result<void>(const Refusal&)>& lost);

}  // namespace temblor
