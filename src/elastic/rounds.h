#pragma once

#include <string>

#include "base/environment.h"
#include "base/result.h"
#include "elastic/announcer.h"
#include "elastic/conf.h"
#include "elastic/scaler.h"
#include "elastic/texts.h"

namespace temblor::elastic {

/// What the service does again and again. Trouble stands in the schedule log once and goes to people as an alert; the
/// next round tries again. One thread at a time.
class Rounds {
 public:
  /// Writes the log where `conf` says, in its language; the conf as it is now is the scaler's affair. All outlive the
  /// object.
  Rounds(const Environment& environment, Scaler& scaler, const Conf& conf)
      : scaler_(scaler),
        log_(environment.files, environment.clock, conf.log_dir, /*shown=*/false),
        texts_(conf.elastic_lang) {}

  /// Finishes what was begun; where that is nothing, takes a sample and a decision. An error is told of already.
  Result<void> next();

 private:
  Scaler& scaler_;
  Announcer log_;
  Texts texts_;
  std::string trouble_;  ///< that the log knows of
};

}  // namespace temblor::elastic
