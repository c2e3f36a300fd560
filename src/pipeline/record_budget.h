#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>

namespace temblor {

/// Shares `--max-records` among the workers: each reserves before it reads and gives back what it did not use.
class RecordBudget {
 public:
  explicit RecordBudget(std::optional<std::uint64_t> records)
      : left_(records.value_or(std::numeric_limits<std::uint64_t>::max())), limited_(records.has_value()) {}

  /// How many records may be read now, at most `wanted`; 0 where others have reserved the rest.
  std::size_t reserve(std::size_t wanted) {
    if (!limited_) return wanted;
    const std::scoped_lock lock(mutex_);
    const auto granted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, left_));
    left_ -= granted;
    reserved_ += granted;
    return granted;
  }

  /// Ends a reservation of `granted`, of which `used` were read.
  void settle(std::size_t granted, std::size_t used) {
    if (!limited_) return;
    const std::scoped_lock lock(mutex_);
    reserved_ -= granted;
    left_ += granted - std::min(granted, used);
  }

  /// Whether all of it has been read.
  [[nodiscard]] bool spent() const {
    if (!limited_) return false;
    const std::scoped_lock lock(mutex_);
    return left_ == 0 && reserved_ == 0;
  }

 private:
  mutable std::mutex mutex_;
  std::uint64_t left_;
  std::uint64_t reserved_ = 0;
  bool limited_;
};

}  // namespace temblor
