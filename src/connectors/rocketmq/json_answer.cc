#include "connectors/rocketmq/json_answer.h"

#include <fmt/format.h>

#include <cctype>

#include "base/limits.h"

namespace temblor::rocketmq {
namespace {

/// The servers write numbers as keys, `{0:"127.0.0.1:10911"}`, which is no JSON: quotes are put around them.
std::string quote_keys(std::string_view text) {
  std::string quoted;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\' && i + 1 < text.size()) {
      quoted += c;
      quoted += text[++i];
      continue;
    }
    if (c == '"') in_string = !in_string;
    const auto is_digit = [&](std::size_t at) { return std::isdigit(static_cast<unsigned char>(text[at])) != 0; };
    if (!in_string && is_digit(i) && i > 0 && (text[i - 1] == '{' || text[i - 1] == ',')) {
      std::size_t end = i;
      while (end < text.size() && is_digit(end)) ++end;
      if (end < text.size() && text[end] == ':') {
        quoted.append("\"").append(text.substr(i, end - i)).append("\"");
        i = end - 1;
        continue;
      }
    }
    quoted += c;
  }
  return quoted;
}

}  // namespace

Result<nlohmann::json> json_answer(std::string_view body, std::string_view where) {
  const auto broken = [&](std::string what) {
    return world_error(std::string(where), std::move(what), "check that a RocketMQ server listens there");
  };
  // Once read, JSON takes up to seventy times as much.
  if (body.size() > limits::kRocketmqJsonBytes) {
    return broken(fmt::format("is answered with {} bytes, more than {}", body.size(), limits::kRocketmqJsonBytes));
  }
  auto parsed = nlohmann::json::parse(quote_keys(body), nullptr, false);
  if (!parsed.is_object()) return broken("is answered with what is no JSON object");
  return parsed;
}

std::string json_text(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace temblor::rocketmq
