#include "connectors/file/file_source.h"

#include <fmt/format.h>

#include "connectors/file/delimited_reader.h"

namespace temblor {
namespace {

constexpr std::string_view kPrefix = "file:";

}  // namespace

Result<std::vector<SplitId>> FileSource::discover() {
  std::vector<std::string> paths = {path_};
  if (!environment_.files.exists(path_)) {
    TEMBLOR_ASSIGN(paths, environment_.files.glob(path_));
  }
  for (std::string& path : paths) path.insert(0, kPrefix);
  return paths;
}

Result<std::unique_ptr<SplitReader>> FileSource::open(const SplitId& split, const SplitPosition* position,
                                                      const JobTimes& job) {
  const std::string path = split.substr(kPrefix.size());
  const Offset offset = position == nullptr ? 0 : position->offset;
  TEMBLOR_ASSIGN(const std::uint64_t size, environment_.files.size(path));
  if (size < static_cast<std::uint64_t>(offset)) {
    return world_error(split, fmt::format("has {} bytes, but was read up to {}: it was cut or replaced", size, offset),
                       "put the file back, or begin anew with another --checkpoint-dir");
  }
  TEMBLOR_ASSIGN(auto file, environment_.files.open_read(path, static_cast<std::uint64_t>(offset)));
  if (follow_) {
    return std::make_unique<DelimitedReader>(
        std::move(file), offset, GrowingFile{.files = environment_.files, .clock = environment_.clock, .path = path});
  }
  // A pipe, of whatever name, brings what happens now.
  if (!environment_.files.is_regular_file(path)) {
    return std::make_unique<DelimitedReader>(std::move(file), environment_.clock);
  }
  return std::make_unique<DelimitedReader>(std::move(file), offset, job.reference, size);
}

Result<std::unique_ptr<SplitReader>> StandardInputSource::open(const SplitId& split, const SplitPosition* position,
                                                               const JobTimes& /*job*/) {
  if (position != nullptr && position->offset != 0) {
    return world_error(split, "standard input cannot be read again", "read a file instead");
  }
  return std::make_unique<DelimitedReader>(environment_.files.standard_input(), environment_.clock);
}

}  // namespace temblor
