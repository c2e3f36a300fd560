#include "connectors/rocketmq/record_target.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "connectors/rocketmq/message.h"
#include "connectors/rocketmq/pack_property.h"
#include "schema/deserializer.h"
#include "schema/serializer.h"

namespace temblor::rocketmq {

RecordTarget::RecordTarget(Settings settings, const Environment& environment)
    : settings_(std::move(settings)), clock_(environment.clock), seed_(environment.hash_seed) {}

RecordTarget::~RecordTarget() = default;

Result<void> RecordTarget::connect() {
  if (producer_ != nullptr) return {};
  ClientConfig config = client_config(settings_.topic, fmt::format("temblor-target-{:016x}", seed_), seed_);
  config.producer_groups = {settings_.group};
  client_ = std::make_unique<Client>(std::move(config), clock_);
  ProducerConfig producer;
  producer.topic = settings_.topic.topic;
  producer.group = settings_.group;
  TEMBLOR_ASSIGN(producer_, Producer::open(*client_, std::move(producer)));
  packs_.resize(producer_->queues().size());
  return {};
}

Result<void> RecordTarget::send(std::string_view message) {
  TEMBLOR_TRY(connect());
  Record record;
  const std::string_view sensor = deserialize(message, record) ? record.sensor_id : std::string_view();
  if (settings_.pack == 1) return producer_->add({.key = sensor, .body = message, .properties = {}});

  Pack& pack = packs_[queue_of_key(sensor, packs_.size())];
  if (!pack.body.empty() && pack.body.size() + message.size() > limits::kRocketmqBodyBytes / 2) {
    TEMBLOR_TRY(send_pack(pack));
  }
  pack.key = sensor;
  append_delimited(message, pack.body);
  return ++pack.records < settings_.pack ? Result<void>() : send_pack(pack);
}

Result<void> RecordTarget::send_pack(Pack& pack) {
  if (pack.records == 0) return {};
  std::string properties;
  append_property(properties, kPackProperty, std::to_string(pack.records));
  auto added = producer_->add({.key = pack.key, .body = pack.body, .properties = properties});
  pack.body.clear();
  pack.records = 0;
  return added;
}

Result<void> RecordTarget::flush() {
  TEMBLOR_TRY(connect());
  for (Pack& pack : packs_) TEMBLOR_TRY(send_pack(pack));
  return producer_->flush();
}

}  // namespace temblor::rocketmq
