#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace temblor::bench {

/// Records in memory as they come over the wire, for benchmarks: clean ones, `per_window` of each sensor in each
/// 1-second window, sensors in turn, in the order of time.
class RecordStream {
 public:
  /// `first_sensor`: the number of the first sensor, so that streams can hold different ones.
  RecordStream(std::uint32_t sensors, std::uint32_t per_window, std::uint32_t windows, std::uint32_t first_sensor = 1);

  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  /// How many results follow: one of each sensor in each window.
  [[nodiscard]] std::size_t results() const { return size() / per_window_; }
  [[nodiscard]] std::string_view message(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + begin, ends_[i] - begin};
  }

  /// The timestamp of the first record.
  static constexpr std::int64_t kStartMs = 1'764'458'303'000;

  /// How many records there are whose timestamp lies at most `span` after the first one's.
  [[nodiscard]] std::size_t due_after(std::chrono::nanoseconds span) const {
    const double windows = std::chrono::duration<double>(span).count();
    return std::min(size(), static_cast<std::size_t>(windows * static_cast<double>(in_window_)) + 1);
  }

 private:
  std::size_t per_window_;
  std::uint64_t in_window_;
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace temblor::bench
