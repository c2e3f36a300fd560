#include "connectors/rocketmq/topic_settings.h"

#include <fmt/format.h>

namespace temblor::rocketmq {
namespace {

constexpr std::string_view kDefaultGroup = "temblor";
constexpr std::uint32_t kMostPulled = 10'000;

Result<TopicStart> start_setting(const Uri& uri) {
  const auto text = uri.find("start");
  if (!text || *text == "earliest") return TopicStart{};
  if (*text == "latest") return TopicStart{.from = TopicStart::From::kLatest};
  if (*text == "group") return TopicStart{.from = TopicStart::From::kGroup};
  const auto time = parse_timestamp(*text);
  if (time) return TopicStart{.from = TopicStart::From::kTime, .time = *time};
  return user_error(uri.text + ": start", fmt::format("'{}' is no place to start at", *text),
                    "write earliest, latest, group, or a time such as 2010-05-27T16:24:00Z");
}

Result<bool> flag_setting(const Uri& uri, std::string_view name) {
  const auto text = uri.find(name);
  if (text && !text->empty()) {
    return user_error(uri.text, fmt::format("'{}' takes no value", name), fmt::format("write ?{}", name));
  }
  return text.has_value();
}

Result<bool> loss_setting(const Uri& uri) {
  const std::string text = uri.find("loss").value_or("continue");
  if (text == "continue" || text == "stop") return text == "stop";
  return user_error(uri.text + ": loss", fmt::format("'{}' is nothing to do about lost messages", text),
                    "write continue or stop");
}

}  // namespace

Result<TopicSourceSettings> TopicSourceSettings::parse(const Uri& uri) {
  TEMBLOR_TRY(uri.allow_only({"group", "start", "bounded", "pull", "loss"}));
  TopicSourceSettings settings;
  settings.uri = uri.text;
  TEMBLOR_ASSIGN(settings.topic, TopicUri::parse(uri));
  TEMBLOR_ASSIGN(settings.group, group_setting(uri, kDefaultGroup));
  TEMBLOR_ASSIGN(settings.start, start_setting(uri));
  TEMBLOR_ASSIGN(settings.bounded, flag_setting(uri, "bounded"));
  TEMBLOR_ASSIGN(settings.pull, number_setting(uri, "pull", 1, kMostPulled, settings.pull));
  TEMBLOR_ASSIGN(settings.stop_at_loss, loss_setting(uri));
  return settings;
}

Result<TopicSinkSettings> TopicSinkSettings::parse(const Uri& uri) {
  TEMBLOR_TRY(uri.allow_only({"group"}));
  TopicSinkSettings settings{.uri = uri.text, .topic = {}, .group = {}};
  TEMBLOR_ASSIGN(settings.topic, TopicUri::parse(uri));
  TEMBLOR_ASSIGN(settings.group, group_setting(uri, kDefaultProducers));
  return settings;
}

}  // namespace temblor::rocketmq
