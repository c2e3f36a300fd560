#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/environment.h"
#include "connectors/registry.h"
#include "connectors/rocketmq/client.h"
#include "connectors/rocketmq/producer.h"
#include "connectors/rocketmq/topic_uri.h"

namespace temblor::rocketmq {

/// Records into a topic, those of one sensor into one queue, in their order; one in each message, or `pack` of them
/// (see kPackProperty), which is many times as fast to read.
class RecordTarget final : public Target {
 public:
  struct Settings {
    TopicUri topic;
    std::string group;
    std::uint32_t pack = 1;
  };

  /// Connects at the first message or flush.
  RecordTarget(Settings settings, const Environment& environment);
  ~RecordTarget() override;

  Result<void> send(std::string_view message) override;
  Result<void> flush() override;

 private:
  /// Records of one queue that are on their way into one message.
  struct Pack {
    std::string key;  ///< of any of its sensors
    std::string body;
    std::uint32_t records = 0;
  };

  Result<void> connect();
  Result<void> send_pack(Pack& pack);

  const Settings settings_;
  Clock& clock_;
  const std::uint64_t seed_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Producer> producer_;
  std::vector<Pack> packs_;  ///< for each queue
};

}  // namespace temblor::rocketmq
