#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace temblor {

/// `scheme:path?key=value&key=value` as users write it for sources, sinks and targets. `-` is scheme `-`, no path.
/// Percent-escapes (%20) are decoded in the path and in values. A key without `=` has an empty value (`?follow`).
struct Uri {
  std::string text;  ///< as it was given, for messages and names
  std::string scheme;
  std::string path;
  std::map<std::string, std::string> query;

  /// Reads a URI; a text without a known form is refused with a word on what is expected.
  static Result<Uri> parse(std::string_view text);

  /// Refuses query keys that are not among `known` with one clear line, naming the known ones.
  [[nodiscard]] Result<void> allow_only(std::initializer_list<std::string_view> known) const;

  /// The value of a key, if it is there.
  [[nodiscard]] std::optional<std::string> find(std::string_view key) const;
};

}  // namespace temblor
