// The client and the connector against real servers; bench/rocketmq starts these, calls this and the official Java
// client in turns, and compares. Each figure is a JSON line; the processor's time is that of this process alone.
//
//   rocketmq_bench produce URI FILE MESSAGES batch|single
//   rocketmq_bench pull URI              all messages that the topic holds, nothing done with them
//   rocketmq_bench windows URI           all that the topic holds, to closed windows, in one thread
//   rocketmq_bench burst URI FILE MESSAGES  many at once, in an idle broker: until it has them, until they can be read
//   rocketmq_bench arrivals URI SECONDS  how long after its window's end each result can be read that comes meanwhile
//
// URI is rocketmq://HOST:PORT/TOPIC. The first three do the same once before they measure.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "connectors/null/null_sink.h"
#include "connectors/registry.h"
#include "connectors/rocketmq/message_decoder.h"
#include "connectors/rocketmq/producer.h"
#include "connectors/rocketmq/puller.h"
#include "connectors/rocketmq/queue_offsets.h"
#include "connectors/rocketmq/topic_uri.h"
#include "pipeline/pipeline.h"
#include "proto/seismic_data.pb.h"
#include "schema/deserializer.h"

namespace temblor::bench {
namespace {

using rocketmq::Pulled;
using rocketmq::Puller;
using rocketmq::PullStatus;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "rocketmq_bench: %s\n", why.c_str());
  std::exit(1);
}

template <class Value>
Value need(Result<Value> result) {
  if (!result) give_up(result.error().to_line());
  return std::move(*result);
}
void need(const Result<void>& result) {
  if (!result) give_up(result.error().to_line());
}

/// Real and processor time from its making on.
class Stopwatch {
 public:
  [[nodiscard]] std::string report(std::string_view bench, std::uint64_t messages) const {
    return fmt::format(R"({{"bench":"{}","messages":{},"seconds":{:.3f},"cpu_seconds":{:.3f}}})", bench, messages,
                       std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count(),
                       static_cast<double>(std::clock() - cpu_began_) / CLOCKS_PER_SEC);
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::clock_t cpu_began_ = std::clock();
};

/// A topic, and the client that reaches it.
struct Topic {
  explicit Topic(const std::string& text)
      : uri(need(rocketmq::TopicUri::parse(need(Uri::parse(text))))),
        client(rocketmq::client_config(uri, "temblor-bench", 42), clock),
        offsets(client, uri.topic) {}

  SystemClock clock;
  rocketmq::TopicUri uri;
  rocketmq::Client client;
  rocketmq::QueueOffsets offsets;
};

/// All records of a file, each with the sensor it is of.
struct Readings {
  explicit Readings(const std::string& path) {
    SystemClock clock;
    PosixFileSystem files;
    auto source = need(make_source("file:" + path, Environment{clock, files, 42}));
    auto reader = need(source->open(need(source->discover()).front(), nullptr, {clock.now()}));
    SourceBatch batch;
    for (auto status = PollStatus::kRecords; status != PollStatus::kEnd;) {
      status = need(reader->poll(batch, 4096));
      for (const Message& message : batch.messages) {
        messages.emplace_back(message.bytes);
        Record record;
        if (!deserialize(message.bytes, record)) give_up(path + " holds something else than records");
        sensors.emplace_back(record.sensor_id);
      }
    }
    if (messages.empty()) give_up(path + " is empty");
  }

  std::vector<std::string> messages;
  std::vector<std::string> sensors;
};

void produce(const std::string& uri, const std::string& path, std::uint64_t count, bool single) {
  constexpr std::uint32_t kInFlightPerQueue = 128;  // as many in all, over 8 queues, as the Java peer has
  constexpr std::uint64_t kWarmUp = 100'000;
  Topic topic(uri);
  const Readings readings(path);
  rocketmq::ProducerConfig config;
  config.topic = topic.uri.topic;
  config.group = "temblor-bench";
  if (single) {
    config.batch_messages = 1;
    config.requests_per_queue = kInFlightPerQueue;
  }
  const auto producer = need(rocketmq::Producer::open(topic.client, std::move(config)));
  const auto send = [&](std::uint64_t messages) {
    for (std::uint64_t i = 0; i < messages; ++i) {
      const std::size_t at = i % readings.messages.size();
      need(producer->add({.key = readings.sensors[at], .body = readings.messages[at], .properties = {}}));
    }
    need(producer->flush());
  };
  send(kWarmUp);
  const Stopwatch watch;
  send(count);
  fmt::print("{}\n", watch.report(single ? "produce single" : "produce batch", count));
}

/// A queue that is read, and where it ended when that began.
struct Reading {
  std::unique_ptr<Puller> puller;
  Offset next;
  Offset end;
};

/// The queues of a topic, from the start on or from what comes now.
std::vector<Reading> read_queues(Topic& topic, bool from_start) {
  std::vector<Reading> readings;
  for (const rocketmq::Queue& queue : need(topic.client.queues(topic.uri.topic))) {
    const Offset end = need(topic.offsets.max(queue));
    const Offset begin = from_start ? need(topic.offsets.min(queue)) : end;
    rocketmq::PullerConfig config{.topic = topic.uri.topic, .queue = queue, .group = "temblor-bench", .offset = begin};
    readings.push_back({.puller = std::make_unique<Puller>(topic.client, config), .next = begin, .end = end});
  }
  return readings;
}

/// Takes the next reply of one queue after the other, and looks at each message in it, as the Java client does.
std::uint64_t pull_all(Topic& topic) {
  std::uint64_t messages = 0;
  rocketmq::MessageDecoder decoder;
  std::vector<Reading> readings = read_queues(topic, true);
  while (!readings.empty()) {
    for (Reading& reading : readings) {
      const Pulled pulled = reading.puller->poll(Milliseconds(2));
      if (pulled.error) give_up(pulled.error->to_line());
      if (pulled.status != PullStatus::kMessages) continue;
      decoder.begin(pulled.body);
      rocketmq::MessageView message;
      while (decoder.next(message) == rocketmq::MessageDecoder::Next::kMessage) ++messages;
      reading.next = pulled.next_offset;
    }
    std::erase_if(readings, [](const Reading& reading) { return reading.next >= reading.end; });
  }
  return messages;
}

void pull(const std::string& uri) {
  Topic topic(uri);
  pull_all(topic);
  const Stopwatch watch;
  const std::uint64_t messages = pull_all(topic);
  fmt::print("{}\n", watch.report("pull", messages));
}

std::uint64_t read_to_windows(const std::string& uri) {
  SystemClock clock;
  PosixFileSystem files;
  const Environment environment{clock, files, 42};
  Job job;
  job.time_mode = TimeMode::kProcessing;
  const std::string bounded = uri + "?bounded&pull=1024";
  job.sources.push_back({bounded, need(make_source(bounded, environment))});
  job.sinks.push_back({"null:", std::make_unique<NullSink>()});
  const std::atomic<bool> never{false};
  const Summary summary = need(run_pipeline(std::move(job), environment, never, {}));
  if (summary.run.records_accepted != summary.run.records_read) give_up("some of the records were dropped");
  return summary.run.records_read;
}

void windows(const std::string& uri) {
  read_to_windows(uri);
  const Stopwatch watch;
  const std::uint64_t records = read_to_windows(uri);
  fmt::print("{}\n", watch.report("windows", records));
}

/// How much of the latency of results is the broker's own: what comes between its word that it has them and the moment
/// in which they can be read, with nobody reading and nothing else to do.
void burst(const std::string& uri, const std::string& path, std::uint64_t count) {
  constexpr int kWarmUp = 20;
  constexpr int kRounds = 20;
  Topic topic(uri);
  const Readings readings(path);
  const std::vector<rocketmq::Queue> queues = need(topic.client.queues(topic.uri.topic));
  const auto readable = [&] {
    Offset sum = 0;
    for (const rocketmq::Queue& queue : queues) sum += need(topic.offsets.max(queue));
    return sum;
  };
  rocketmq::ProducerConfig config;
  config.topic = topic.uri.topic;
  config.group = "temblor-bench";
  const auto producer = need(rocketmq::Producer::open(topic.client, std::move(config)));
  std::vector<double> acknowledged_ms;
  std::vector<double> readable_ms;
  for (int round = -kWarmUp; round < kRounds; ++round) {
    const Offset end = readable() + static_cast<Offset>(count);
    const auto began = topic.clock.monotonic();
    const auto since = [&] {
      return std::chrono::duration<double, std::milli>(topic.clock.monotonic() - began).count();
    };
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t at = i % readings.messages.size();
      need(producer->add({.key = readings.sensors[at], .body = readings.messages[at], .properties = {}}));
    }
    need(producer->flush());
    if (round >= 0) acknowledged_ms.push_back(since());
    while (readable() < end) topic.clock.sleep_for(Milliseconds(1));
    if (round >= 0) readable_ms.push_back(since());
    topic.clock.sleep_for(Milliseconds(300));
  }
  std::sort(acknowledged_ms.begin(), acknowledged_ms.end());
  std::sort(readable_ms.begin(), readable_ms.end());
  fmt::print(R"({{"bench":"burst","messages":{},"acknowledged_ms":{:.1f},"readable_ms":{:.1f}}})"
             "\n",
             count, acknowledged_ms[kRounds / 2], readable_ms[kRounds / 2]);
}

void arrivals(const std::string& uri, int seconds) {
  Topic topic(uri);
  std::vector<Reading> readings = read_queues(topic, false);
  std::vector<double> late_ms;
  std::vector<double> stored_ms;  // until the broker had it: the job's part
  std::uint64_t pulls = 0;
  rocketmq::MessageDecoder decoder;
  const auto until = topic.clock.monotonic() + std::chrono::seconds(seconds);
  while (topic.clock.monotonic() < until) {
    bool any = false;
    for (Reading& reading : readings) {
      const Pulled pulled = reading.puller->poll(Milliseconds(0));
      if (pulled.error) give_up(pulled.error->to_line());
      if (pulled.status != PullStatus::kMessages) continue;
      any = true;
      ++pulls;
      const double now_ms = std::chrono::duration<double, std::milli>(topic.clock.now().time_since_epoch()).count();
      decoder.begin(pulled.body);
      rocketmq::MessageView message;
      while (decoder.next(message) == rocketmq::MessageDecoder::Next::kMessage) {
        com::example::seismic::SeismicAggRecord result;
        if (!result.ParseFromArray(message.body.data(), static_cast<int>(message.body.size()))) {
          give_up("the topic holds something else than results");
        }
        late_ms.push_back(now_ms - static_cast<double>(result.window_end_ts()));
        stored_ms.push_back(static_cast<double>(to_ms(message.stored) - result.window_end_ts()));
      }
    }
    if (!any) topic.clock.sleep_for(Milliseconds(1));
  }
  if (late_ms.empty()) give_up("no result came");
  std::sort(late_ms.begin(), late_ms.end());
  std::sort(stored_ms.begin(), stored_ms.end());
  const auto at = [](const std::vector<double>& values, double part) {
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
  };
  fmt::print(R"({{"bench":"arrivals","results":{},"pulls":{},"p50_ms":{:.1f},"p99_ms":{:.1f},"p99_9_ms":{:.1f},)"
             R"("stored_p50_ms":{:.1f},"stored_p99_ms":{:.1f}}})"
             "\n",
             late_ms.size(), pulls, at(late_ms, 0.5), at(late_ms, 0.99), at(late_ms, 0.999), at(stored_ms, 0.5),
             at(stored_ms, 0.99));
}

int run(const std::vector<std::string>& arguments) {
  const std::string what = arguments.empty() ? "" : arguments[0];
  if (what == "produce" && arguments.size() == 5) {
    produce(arguments[1], arguments[2], std::stoull(arguments[3]), arguments[4] == "single");
  } else if (what == "pull" && arguments.size() == 2) {
    pull(arguments[1]);
  } else if (what == "windows" && arguments.size() == 2) {
    windows(arguments[1]);
  } else if (what == "burst" && arguments.size() == 4) {
    burst(arguments[1], arguments[2], std::stoull(arguments[3]));
  } else if (what == "arrivals" && arguments.size() == 3) {
    arrivals(arguments[1], std::stoi(arguments[2]));
  } else {
    std::fprintf(
        stderr,
        "rocketmq_bench produce URI FILE MESSAGES batch|single | pull URI | windows URI | burst URI FILE MESSAGES | "
        "arrivals URI S\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace temblor::bench

int main(int argc, char** argv) { return temblor::bench::run({argv + 1, argv + argc}); }
