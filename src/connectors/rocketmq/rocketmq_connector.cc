#include "connectors/registry.h"
#include "connectors/rocketmq/record_target.h"
#include "connectors/rocketmq/topic_settings.h"
#include "connectors/rocketmq/topic_sink.h"
#include "connectors/rocketmq/topic_source.h"

namespace temblor::rocketmq {
namespace {

constexpr std::uint32_t kMostPacked = 10'000;

template <class Made, class Base>
Result<std::unique_ptr<Base>> make_sink(const Uri& uri, const Environment& environment) {
  TEMBLOR_ASSIGN(auto settings, TopicSinkSettings::parse(uri));
  return std::make_unique<Made>(std::move(settings), environment);
}

Result<std::unique_ptr<Target>> make_target(const Uri& uri, const Environment& environment) {
  TEMBLOR_TRY(uri.allow_only({"group", "pack"}));
  RecordTarget::Settings settings;
  TEMBLOR_ASSIGN(settings.topic, TopicUri::parse(uri));
  TEMBLOR_ASSIGN(settings.group, group_setting(uri, kDefaultProducers));
  TEMBLOR_ASSIGN(settings.pack, number_setting(uri, "pack", 1, kMostPacked, 1));
  return std::make_unique<RecordTarget>(std::move(settings), environment);
}

const RegisterConnector kRocketmq{
    {.scheme = "rocketmq",
     .help = "rocketmq://HOST:PORT[,HOST:PORT]/TOPIC  a topic, by its name servers; read: ?start=earliest|latest|group|"
             "TIME&group=G&bounded&pull=1024&loss=continue|stop; written by generate: ?pack=100 puts many records into "
             "a message",
     .source = TopicSource::make,
     .sink = make_sink<TopicSink, Sink>,
     .letter_sink = make_sink<TopicLetterSink, LetterSink>,
     .target = make_target}};

}  // namespace
}  // namespace temblor::rocketmq
