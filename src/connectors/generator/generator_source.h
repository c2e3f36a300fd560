#pragma once

#include <memory>

#include "base/environment.h"
#include "connectors/source.h"
#include "connectors/uri.h"
#include "generator/settings.h"

namespace temblor {

/// Synthetic readings made in the process: one split, `generator:`, whose offsets are record indexes.
///
/// A record is a function of the settings, the start of the job and its index, so that a restored job reads the very
/// same bytes. Without a rate records come as fast as they are read. With one, a record is due when as much time has
/// passed since the start of the job as lies between the first record and it; what fell due while the job was down
/// comes at once.
class GeneratorSource final : public Source {
 public:
  static constexpr std::string_view kSplit = "generator:";

  /// Checks `generator:?records=…&sensors=…&anomaly-rate=…&seed=…&rate=…&start-time=…`; all have defaults.
  static Result<std::unique_ptr<GeneratorSource>> make(const Uri& uri, const Environment& environment);

  [[nodiscard]] SourceTraits traits() const override;
  Result<std::vector<SplitId>> discover() override;
  Result<std::unique_ptr<SplitReader>> open(const SplitId& split, const SplitPosition* position,
                                            const JobTimes& job) override;

 private:
  GeneratorSource(std::string uri, const GeneratorSettings& settings, Clock& clock)
      : uri_(std::move(uri)), settings_(settings), clock_(clock) {}

  std::string uri_;
  GeneratorSettings settings_;
  Clock& clock_;
};

}  // namespace temblor
