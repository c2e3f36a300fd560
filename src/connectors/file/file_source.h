#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/environment.h"
#include "connectors/source.h"

namespace temblor {

/// `file:PATH`: streams of delimited SeismicRecords, one split for each file, named `file:` and its path as given.
/// The offsets are bytes. `path` is a file, or a pattern (`*`, `?`, `[…]`) where no file of that name exists.
/// With `follow` files grow and new ones may come to match; it then never ends. `rewindable` is false where one of them
/// is a pipe, which is read once.
class FileSource final : public Source {
 public:
  FileSource(Environment environment, std::string path, bool follow, bool rewindable = true)
      : environment_(environment), path_(std::move(path)), follow_(follow), rewindable_(rewindable) {}

  [[nodiscard]] SourceTraits traits() const override { return {.bounded = !follow_, .rewindable = rewindable_}; }
  Result<std::vector<SplitId>> discover() override;
  Result<std::unique_ptr<SplitReader>> open(const SplitId& split, const SplitPosition* position,
                                            const JobTimes& job) override;

 private:
  Environment environment_;
  std::string path_;
  bool follow_;
  bool rewindable_;
};

/// `-`: the same stream from standard input, the split `-`. It is read once: there is no way back to a position.
/// What comes may come as it happens, so its reference is the moment of reading, not the job's start.
class StandardInputSource final : public Source {
 public:
  explicit StandardInputSource(Environment environment) : environment_(environment) {}

  [[nodiscard]] SourceTraits traits() const override { return {.rewindable = false}; }
  Result<std::vector<SplitId>> discover() override { return std::vector<SplitId>{"-"}; }
  Result<std::unique_ptr<SplitReader>> open(const SplitId& split, const SplitPosition* position,
                                            const JobTimes& job) override;

 private:
  Environment environment_;
};

}  // namespace temblor
