#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "connectors/rocketmq/topic_uri.h"
#include "connectors/uri.h"

namespace temblor::rocketmq {

/// Where a queue is begun that no checkpoint knows.
struct TopicStart {
  enum class From : std::uint8_t { kEarliest, kLatest, kGroup, kTime };
  From from = From::kEarliest;
  Timestamp time{};  ///< of kTime: with the first message that was stored then or later
};

/// How a topic is read: `rocketmq://HOST:PORT/TOPIC?start=…&group=…&bounded&pull=…&loss=…`.
struct TopicSourceSettings {
  std::string uri;
  TopicUri topic;
  std::string group;
  TopicStart start;
  bool bounded = false;
  std::uint32_t pull = 1024;
  bool stop_at_loss = false;

  /// Refuses an unknown setting and a bad value; connects to nothing.
  static Result<TopicSourceSettings> parse(const Uri& uri);
};

/// How a topic is written: `rocketmq://HOST:PORT/TOPIC?group=…`.
struct TopicSinkSettings {
  std::string uri;
  TopicUri topic;
  std::string group;  ///< of producers

  /// Refuses an unknown setting and a bad value; connects to nothing.
  static Result<TopicSinkSettings> parse(const Uri& uri);
};

inline constexpr std::string_view kDefaultProducers = "temblor-producers";

}  // namespace temblor::rocketmq
