#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/time.h"

namespace temblor {

/// A whole number of a JSON text as `Integer`. Like get<Integer>() it throws a Json::exception where there is none; but
/// for a fraction and for what does not fit as well, of which get<Integer>() makes anything: 1e300 as an integer is
/// undefined behaviour.
template <class Integer, class Json>
Integer whole_number(const Json& json) {
  const auto checked = [&](auto number) {
    if (!std::in_range<Integer>(number)) throw Json::out_of_range::create(406, "too large a number", &json);
    return static_cast<Integer>(number);
  };
  if (json.is_number_unsigned()) return checked(json.template get<std::uint64_t>());
  if (json.is_number_integer()) return checked(json.template get<std::int64_t>());
  throw Json::type_error::create(302, "no whole number", &json);
}

/// Milliseconds of a JSON text as the moment nearest to it with which arithmetic is safe, whatever a person has made of
/// the file.
template <class Json>
Timestamp moment(const Json& json) {
  return std::clamp(timestamp_from_ms(whole_number<std::int64_t>(json)), kEarliest, kLatest);
}

/// A number of a JSON text, or null where there is none.
template <class Json>
std::optional<double> optional_number(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.template get<double>());
}

/// What optional_number() reads.
template <class Json>
Json json_of(const std::optional<double>& number) {
  return number ? Json(*number) : Json(nullptr);
}

}  // namespace temblor
