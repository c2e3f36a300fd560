#include "connectors/rocketmq/message.h"

namespace temblor::rocketmq {
namespace {

constexpr char kNameEnd = '\x01';
constexpr char kPropertyEnd = '\x02';

}  // namespace

std::optional<std::string_view> find_property(std::string_view properties, std::string_view name) {
  while (!properties.empty()) {
    const std::string_view property = properties.substr(0, properties.find(kPropertyEnd));
    if (property.size() > name.size() && property[name.size()] == kNameEnd && property.starts_with(name)) {
      return property.substr(name.size() + 1);
    }
    properties.remove_prefix(std::min(property.size() + 1, properties.size()));
  }
  return std::nullopt;
}

void append_property(std::string& properties, std::string_view name, std::string_view value) {
  properties += name;
  properties += kNameEnd;
  properties += value;
  properties += kPropertyEnd;
}

}  // namespace temblor::rocketmq
