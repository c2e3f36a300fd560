#include "elastic/rounds.h"

namespace temblor::elastic {

Result<void> Rounds::next() {
  bool is_told = false;
  auto round = [&]() -> Result<void> {
    TEMBLOR_TRY(scaler_.conf());
    is_told = true;  // what finish() and decide() could not do they have told themselves
    TEMBLOR_ASSIGN(const bool finished, scaler_.finish());
    if (finished) return {};
    is_told = false;
    TEMBLOR_TRY(scaler_.collect());
    is_told = true;
    return scaler_.decide(/*dry_run=*/false);
  }();
  const std::string now = round ? std::string() : round.error().to_line();
  if (now != trouble_) {
    if (!is_told) log_.write(texts_.trouble(now));
    if (round) log_.write(texts_.trouble_over(trouble_));
    trouble_ = now;
  }
  scaler_.report_trouble(round);
  return round;
}

}  // namespace temblor::elastic
