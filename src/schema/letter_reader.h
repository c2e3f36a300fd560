#pragma once

#include <optional>
#include <string_view>

#include "schema/serializer.h"

namespace temblor {

/// Reads a temblor.v1.Letter as serialize() writes it; nothing where the bytes are none, or hold fields that this
/// version does not know. The views point into `bytes`.
std::optional<Letter> read_letter(std::string_view bytes);

}  // namespace temblor
