#pragma once

#include <cstdint>

#include "base/time.h"
#include "connectors/miniseed/sample_rate.h"
#include "schema/phase.h"

namespace temblor::miniseed {

/// How a trigger listens.
struct TriggerSettings {
  Milliseconds sta{500};     ///< short window
  Milliseconds lta{10'000};  ///< long window, longer than the short one
  double on = 4.0;           ///< ratio at which an event begins
  double off = 1.0;          ///< ratio below which it ends; not above `on`
  Milliseconds p{1500};      ///< readings this long after the onset are P, later ones S
};

/// Picks P, S and noise from the samples of one channel: the recursive STA/LTA trigger,
///   sta += (d² − sta) / n_sta,  lta += (d² − lta) / n_lta,  on from sta / lta ≥ on, until it is below off.
/// Withers et al. 1998, A comparison of select trigger algorithms for automated global seismic phase and event
/// detection, BSSA 88(1), 95–106; as recursive_sta_lta in ObsPy. d is the difference from the sample before: an offset
/// or a slow drift does not fool it, and local events are fast. Windows count up to their length first, and nothing is
/// picked before the long one is full. What follows the onset is called P for a set time, then S while the trigger
/// stays on: a rough rule for local events, whose S waves come a second or two after P.
/// The defaults pick the three events of the sample waveforms, and nothing else.
class Trigger {
 public:
  /// Everything it remembers.
  struct State {
    std::uint64_t heard = 0;  ///< samples since the start
    double previous = 0;      ///< sample
    double sta = 0;
    double lta = 0;
    bool on = false;
    std::uint64_t since_onset = 0;  ///< samples
  };

  explicit Trigger(const TriggerSettings& settings) : settings_(settings) {}

  /// Forgets everything: a new segment, or another rate.
  void restart(SampleRate rate) { resume(rate, {}); }
  void resume(SampleRate rate, const State& state);

  /// Hears the next sample. One that is not finite changes nothing.
  Phase hear(double sample);

  [[nodiscard]] const State& state() const { return state_; }

 private:
  TriggerSettings settings_;
  std::uint64_t sta_samples_ = 1;
  std::uint64_t lta_samples_ = 1;
  std::uint64_t p_samples_ = 1;
  State state_;
};

}  // namespace temblor::miniseed
