#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace temblor {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

/// A sum of finite floats without any rounding, so that it does not depend on the order in which they were added.
///
/// Values below 2^32 whose last bit is worth at least 2^-64 (all counts of a digitizer, nearly all others) are added
/// into one 128-bit fixed-point number; what does not fit there goes into a wider one that exists only then. The
/// idea of a fixed-point accumulator for a whole float format: U. Kulisch, "Very fast and exact accumulation of
/// products", Computing 91 (2011).
/// Exact for up to 2^31 − 1 values. Not for several threads at once.
class ExactSum {
 public:
  ExactSum() = default;
  ExactSum(const ExactSum& other) : narrow_(other.narrow_) {
    if (other.wide_) wide_ = std::make_unique<Wide>(*other.wide_);
  }
  ExactSum& operator=(const ExactSum& other) {
    if (this != &other) *this = ExactSum(other);
    return *this;
  }
  ExactSum(ExactSum&&) noexcept = default;
  ExactSum& operator=(ExactSum&&) noexcept = default;
  ~ExactSum() = default;

  /// Adds one finite value.
  void add(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t shift = ((bits >> 23U) & 0xFFU) - kNarrowestExponent;
    if (shift > kWidestShift) [[unlikely]] {
      if (value != 0) add_wide(value);
      return;
    }
    // Without a branch on the sign, which nobody can predict. By up to 31 bits in one word, then by half a word with a
    // product, and a choice of words: shifts across two words are slow on many processors.
    const std::int64_t sign = static_cast<std::int32_t>(bits) >> 31;
    const std::int64_t signed_bits = (static_cast<std::int64_t>((bits & 0x7FFFFFU) | 0x800000U) ^ sign) - sign;
    const Int128 product = Int128{signed_bits << (shift & 31U)} * (std::int64_t{1} << (shift & 32U));
    narrow_ += (shift & 64U) != 0 ? product << 64U : product;
  }

  void merge(const ExactSum& other) {
    narrow_ += other.narrow_;
    if (other.wide_) [[unlikely]]
      merge_wide(*other.wide_);
  }

  /// The float nearest to sum / count, ties to even; `count` is how many values were added, at least 1.
  [[nodiscard]] float mean(std::uint32_t count) const;

  /// What a sum that has left the narrow part takes beside itself.
  static constexpr std::size_t kWideMemoryBytes = 64;

  /// The two parts, for the checkpoint: the wide one is empty in nearly all cases.
  [[nodiscard]] Int128 narrow() const { return narrow_; }
  [[nodiscard]] std::string wide_bytes() const;
  /// Builds a sum from its parts; false where `wide_bytes` has not the right length.
  bool restore(Int128 narrow, std::string_view wide_bytes);

 private:
  /// Two's complement in units of 2^-149, the last bit of the smallest float: 277 bits for the largest float,
  /// 31 for the number of values, the sign.
  using Wide = std::array<std::uint64_t, 6>;

  static constexpr int kNarrowUnit = -64;  // the exponent of narrow_'s last bit
  static constexpr int kWideUnit = -149;
  static constexpr std::uint32_t kNarrowestExponent = 150 + kNarrowUnit;        // biased, of a float
  static constexpr std::uint32_t kWidestShift = 127 + 31 - kNarrowestExponent;  // values below 2^32

  void add_wide(float value);
  void merge_wide(const Wide& other);
  [[nodiscard]] float mean_wide(std::uint32_t count) const;

  Int128 narrow_ = 0;
  std::unique_ptr<Wide> wide_;
};

}  // namespace temblor
