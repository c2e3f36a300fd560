#include "connectors/miniseed/position.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>

namespace temblor::miniseed {
namespace {

constexpr std::string_view kVersion = "2 ";
constexpr std::uint64_t kRateBound = std::uint64_t{1} << 40;

class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  template <class T>
  void number(T& value, int base = 10) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    const auto used = static_cast<std::size_t>(end - rest_.data());
    good_ = good_ && error == std::errc() && used < rest_.size() && rest_[used] == ' ';
    rest_.remove_prefix(good_ ? used + 1 : rest_.size());
  }

  void bits(double& value) {
    std::uint64_t bits = 0;
    number(bits, 16);
    value = std::bit_cast<double>(bits);
    good_ = good_ && std::isfinite(value);
  }

  void flag(bool& value) {
    unsigned digit = 0;
    number(digit);
    good_ = good_ && digit <= 1;
    value = digit == 1;
  }

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::string bits(double value) { return fmt::format("{:x}", std::bit_cast<std::uint64_t>(value)); }

}  // namespace

std::string to_state(const Place& place) {
  const SegmentClock::State& c = place.clock;
  const Trigger::State& t = place.trigger;
  return fmt::format("{}{} {} {} {} {:d} {} {} {} {} {} {} {} {} {:d} {} {}", kVersion, place.samples_before,
                     place.extent, place.record, place.samples_done, c.running, c.anchor_us, c.count, c.rate.numerator,
                     c.rate.denominator, t.heard, bits(t.previous), bits(t.sta), bits(t.lta), t.on, t.since_onset,
                     place.path);
}

std::optional<Place> from_state(std::string_view state) {
  if (state.substr(0, kVersion.size()) != kVersion) return std::nullopt;
  Place place;
  SegmentClock::State& c = place.clock;
  Trigger::State& t = place.trigger;
  Fields fields(state.substr(kVersion.size()));
  fields.number(place.samples_before);
  fields.number(place.extent);
  fields.number(place.record);
  fields.number(place.samples_done);
  fields.flag(c.running);
  fields.number(c.anchor_us);
  fields.number(c.count);
  fields.number(c.rate.numerator);
  fields.number(c.rate.denominator);
  fields.number(t.heard);
  fields.bits(t.previous);
  fields.bits(t.sta);
  fields.bits(t.lta);
  fields.flag(t.on);
  fields.number(t.since_onset);
  const auto in_bounds = [](std::uint64_t part) { return part >= 1 && part <= kRateBound; };
  if (!fields.good() || !in_bounds(c.rate.numerator) || !in_bounds(c.rate.denominator)) return std::nullopt;
  place.path = fields.rest();
  return place;
}

}  // namespace temblor::miniseed
