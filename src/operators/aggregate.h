#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "operators/exact_sum.h"
#include "schema/phase.h"

namespace temblor {

/// What is kept of the readings of one sensor in one window. Adding and merging give the same, bit for bit, in any
/// order and any grouping. Counts are exact up to 2^31 − 1 readings, the most that a SeismicAggRecord can say.
class Aggregate {
 public:
  /// Adds one reading; `amplitude` is finite.
  void add(float amplitude, Phase phase) {
    amplitude += 0.0F;  // -0 becomes +0: which of the two is the larger must not depend on the order
    sum_.add(amplitude);
    max_ = std::max(max_, amplitude);
    min_ = std::min(min_, amplitude);
    ++phases_[static_cast<std::size_t>(phase)];
  }

  void merge(const Aggregate& other) {
    sum_.merge(other.sum_);
    max_ = std::max(max_, other.max_);
    min_ = std::min(min_, other.min_);
    for (std::size_t i = 0; i < phases_.size(); ++i) phases_[i] += other.phases_[i];
  }

  [[nodiscard]] std::uint32_t count() const { return phases_[0] + phases_[1] + phases_[2]; }
  /// The float nearest to the exact mean; count() is at least 1.
  [[nodiscard]] float mean() const { return sum_.mean(count()); }
  [[nodiscard]] float max() const { return max_; }
  [[nodiscard]] float min() const { return min_; }
  [[nodiscard]] std::uint32_t phase_count(Phase phase) const { return phases_[static_cast<std::size_t>(phase)]; }
  [[nodiscard]] const ExactSum& sum() const { return sum_; }

  /// Builds an aggregate from what the checkpoint kept.
  Aggregate(ExactSum sum, float max, float min, std::array<std::uint32_t, 3> phases)
      : sum_(std::move(sum)), max_(max), min_(min), phases_(phases) {}
  Aggregate() = default;

 private:
  [[no_unique_address]] ExactSum sum_;  // so that what follows may lie where its padding would
  float max_ = -std::numeric_limits<float>::infinity();
  float min_ = std::numeric_limits<float>::infinity();
  std::array<std::uint32_t, 3> phases_{};
};

}  // namespace temblor
