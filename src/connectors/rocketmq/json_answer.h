#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace temblor::rocketmq {

/// Reads the body of an answer that is to be a JSON object; numbers may stand as keys without quotes, as RocketMQ
/// writes them. Anything else, and what is longer than limits::kRocketmqJsonBytes, is the world's error. `where` names
/// the topic or server in it.
Result<nlohmann::json> json_answer(std::string_view body, std::string_view where);

/// A field of a JSON object as text; empty where it is missing or none.
std::string json_text(const nlohmann::json& object, const char* name);

}  // namespace temblor::rocketmq
