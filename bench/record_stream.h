#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace temblor::bench {

/// Records in memory as they come over the wire, for benchmarks: clean ones, `per_window` of each sensor in each
/// 1-second window, sensors in turn, in the order of time.
class RecordStream {
 public:
  RecordStream(std::uint32_t sensors, std::uint32_t per_window, std::uint32_t windows);

  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  [[nodiscard]] std::string_view message(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + begin, ends_[i] - begin};
  }
  [[nodiscard]] std::uint32_t sensors() const { return sensors_; }

 private:
  std::uint32_t sensors_;
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace temblor::bench
