#pragma once

#include <string>
#include <vector>

#include "connectors/rocketmq/topic_log.h"
#include "connectors/sink.h"

namespace temblor::rocketmq {

/// Results as SeismicAggRecords, one message each, its key `sensor|window_start`.
class TopicSink final : public Sink {
 public:
  TopicSink(TopicLog::Settings settings, const Environment& environment) : log_(std::move(settings), environment) {}

  Result<void> open(const std::string* prepared) override { return log_.open(prepared); }
  Result<void> write(const WindowResults& results) override;
  Result<std::string> prepare() override { return log_.prepare(); }
  Result<void> commit(std::string_view prepared, std::span<const WindowResults> results) override;

 private:
  TopicLog log_;
};

/// Letters, one message each; see LetterMessages.
class TopicLetterSink final : public LetterSink {
 public:
  TopicLetterSink(TopicLog::Settings settings, const Environment& environment)
      : log_(std::move(settings), environment) {}

  Result<void> open(const std::string* prepared) override { return log_.open(prepared); }
  Result<void> write(std::string_view letters) override;
  Result<std::string> prepare() override { return log_.prepare(); }
  Result<void> commit(std::string_view prepared, std::string_view letters) override;

 private:
  TopicLog log_;
};

}  // namespace temblor::rocketmq
