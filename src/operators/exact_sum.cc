#include "operators/exact_sum.h"

#include <cmath>
#include <cstring>

namespace temblor {
namespace {

template <std::size_t N>
void add_at(std::array<std::uint64_t, N>& sum, const std::array<std::uint64_t, N>& value) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < N; ++i) {
    const UInt128 limb = static_cast<UInt128>(sum[i]) + value[i] + carry;
    sum[i] = static_cast<std::uint64_t>(limb);
    carry = static_cast<std::uint64_t>(limb >> 64U);
  }
}

template <std::size_t N>
void negate(std::array<std::uint64_t, N>& value) {
  for (auto& limb : value) limb = ~limb;
  std::array<std::uint64_t, N> one{1};
  add_at(value, one);
}

/// `magnitude` shifted left by `shift` bits.
template <std::size_t N>
std::array<std::uint64_t, N> shifted(UInt128 magnitude, unsigned shift) {
  std::array<std::uint64_t, N> result{};
  const std::size_t limb = shift / 64;
  const unsigned bits = shift % 64;
  const std::uint64_t parts[] = {static_cast<std::uint64_t>(magnitude), static_cast<std::uint64_t>(magnitude >> 64U)};
  for (std::size_t i = 0; i < 2; ++i) {
    if (limb + i < N) result[limb + i] |= parts[i] << bits;
    if (bits != 0 && limb + i + 1 < N) result[limb + i + 1] |= parts[i] >> (64 - bits);
  }
  return result;
}

/// `top` · 2^exponent as a float, rounded up where at least half a last bit was cut off; where it was exactly half
/// of one (`tie`), to the even neighbour. `top` has at most 24 bits.
float rounded(std::uint64_t top, int exponent, bool half, bool tie, bool negative) {
  if (half && (!tie || (top & 1U) != 0)) ++top;
  const float magnitude = std::ldexp(static_cast<float>(top), exponent);
  return negative ? -magnitude : magnitude;
}

}  // namespace

float ExactSum::mean(std::uint32_t count) const {
  if (wide_) return mean_wide(count);
  if (narrow_ == 0) return 0;
  const auto sign = static_cast<std::uint32_t>(narrow_ < 0);
  UInt128 magnitude = sign != 0 ? -static_cast<UInt128>(narrow_) : static_cast<UInt128>(narrow_);
  const auto high = static_cast<std::uint64_t>(magnitude >> 64U);
  const auto zeros = static_cast<unsigned>(high != 0 ? std::countl_zero(high)
                                                     : 64 + std::countl_zero(static_cast<std::uint64_t>(magnitude)));
  magnitude <<= zeros;  // below 128, as narrow_ is not 0: NOLINT(clang-analyzer-core.uninitialized.Assign)
  // The top bit set, the upper half alone gives a quotient of at least 33 bits, more than the 24 of a float; all that
  // is below only says whether something is cut off.
  const auto upper = static_cast<std::uint64_t>(magnitude >> 64U);
  const std::uint64_t quotient = upper / count;
  const std::uint64_t below = (upper % count) | static_cast<std::uint64_t>(magnitude);
  const auto leading = static_cast<unsigned>(std::countl_zero(quotient | 1U));  // the quotient is not 0
  auto top = static_cast<std::uint32_t>(quotient << leading >> 40U);
  const std::uint64_t cut = quotient << leading << 24U;  // the half of a last bit is its top bit
  const bool rest = (cut << 1U | below) != 0;
  top += static_cast<std::uint32_t>(cut >> 63U) & (static_cast<std::uint32_t>(rest) | (top & 1U));
  // Never a subnormal: the smallest mean is 2^-64 / 2^31. The hidden bit in `top` counts as one in the exponent.
  const std::uint32_t exponent = 149U + 64U + 40U - leading - zeros - static_cast<std::uint32_t>(-kNarrowUnit);
  return std::bit_cast<float>(sign << 31U | ((exponent << 23U) + top));
}

float ExactSum::mean_wide(std::uint32_t count) const {
  const bool narrow_negative = narrow_ < 0;
  const UInt128 narrow_magnitude = narrow_negative ? -static_cast<UInt128>(narrow_) : static_cast<UInt128>(narrow_);
  Wide total = shifted<6>(narrow_magnitude, kNarrowUnit - kWideUnit);
  if (narrow_negative) negate(total);
  add_at(total, *wide_);
  const bool negative = static_cast<std::int64_t>(total.back()) < 0;
  if (negative) negate(total);

  Wide quotient{};
  std::uint64_t rest = 0;
  for (std::size_t i = total.size(); i-- > 0;) {
    const UInt128 part = (static_cast<UInt128>(rest) << 64U) | total[i];
    quotient[i] = static_cast<std::uint64_t>(part / count);
    rest = static_cast<std::uint64_t>(part % count);
  }
  unsigned length = 0;
  for (std::size_t i = 0; i < quotient.size(); ++i) {
    if (quotient[i] != 0)
      length = static_cast<unsigned>(64 * i) + 64U - static_cast<unsigned>(std::countl_zero(quotient[i]));
  }
  if (length <= 24) {  // the unit is the last bit of the smallest floats: only the remainder decides
    return rounded(quotient[0], kWideUnit, 2 * rest >= count, 2 * rest == count, negative);
  }
  const auto bit = [&](unsigned i) { return ((quotient[i / 64] >> (i % 64U)) & 1U) != 0; };
  const unsigned dropped = length - 24;
  std::uint64_t top = 0;
  for (unsigned i = length; i-- > dropped;) top = (top << 1U) | static_cast<std::uint64_t>(bit(i));
  bool tie = rest == 0;
  for (unsigned i = 0; i + 1 < dropped; ++i) tie = tie && !bit(i);
  return rounded(top, kWideUnit + static_cast<int>(dropped), bit(dropped - 1), tie, negative);
}

void ExactSum::add_wide(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t exponent = (bits >> 23U) & 0xFFU;
  const std::uint32_t fraction = bits & 0x7FFFFFU;
  // A subnormal has the exponent of the smallest normal float and no hidden bit.
  Wide wide = exponent == 0 ? shifted<6>(fraction, 0) : shifted<6>(fraction | 0x800000U, exponent - 1);
  if (static_cast<std::int32_t>(bits) < 0) negate(wide);
  merge_wide(wide);
}

void ExactSum::merge_wide(const Wide& other) {
  if (!wide_) wide_ = std::make_unique<Wide>();
  add_at(*wide_, other);
}

std::string ExactSum::wide_bytes() const {
  if (!wide_) return {};
  return {reinterpret_cast<const char*>(wide_->data()), sizeof(Wide)};
}

bool ExactSum::restore(Int128 narrow, std::string_view wide_bytes) {
  if (!wide_bytes.empty() && wide_bytes.size() != sizeof(Wide)) return false;
  narrow_ = narrow;
  wide_.reset();
  if (!wide_bytes.empty()) {
    wide_ = std::make_unique<Wide>();
    std::memcpy(wide_->data(), wide_bytes.data(), sizeof(Wide));
  }
  return true;
}

}  // namespace temblor
