#pragma once

#include <cstddef>
#include <cstdint>

/// Every queue, batch and table has its limit here, by name. What runs into one is counted and said, never ignored.
namespace temblor::limits {

/// The longest message that is read, bytes. A longer length in front of a message is taken for a lost frame.
inline constexpr std::size_t kMessageBytes = std::size_t{2} << 20;

/// The longest sensor id that is accepted, bytes; longer ones are dropped as `sensor_id_length`.
/// SEED's `NET.STA.LOC.CHA` needs at most 15.
inline constexpr std::size_t kSensorIdBytes = 255;

/// Records in one batch of a split.
inline constexpr std::size_t kBatchRecords = 4096;

/// Bytes in one batch of a split; one message may be longer than that, a batch then holds it alone.
inline constexpr std::size_t kBatchBytes = std::size_t{1} << 20;

/// Native memory of one reading task of the job on Flink, bytes, whatever it reads: its batch, its combiner, and what
/// that has given up. One message longer than kBatchBytes counts extra. The task off-heap memory of a TaskManager is to
/// leave room for slots times topics of it: each topic that is read has a task of its own in each slot (docs/flink.md).
inline constexpr std::size_t kFlinkTaskBytes = std::size_t{64} << 20;

/// Partial aggregates that a combiner holds before it gives them up on its own.
inline constexpr std::size_t kCombinerPartials = 32768;

/// Distinct sensors in one open window; what comes from others is dropped as `sensor_limit`.
inline constexpr std::size_t kSensors = 2'000'000;

/// Bytes of late and dead letters that wait for a checkpoint; more than that asks for one early, and readers wait.
inline constexpr std::size_t kPendingLetterBytes = std::size_t{64} << 20;

/// Results that wait for a checkpoint; more than that asks for one early, and readers wait.
inline constexpr std::size_t kPendingResults = 8'000'000;

/// Channels in one miniSEED source; the largest archives carry some 36,000.
inline constexpr std::size_t kMiniseedChannels = 200'000;

/// Pieces of files (records that follow one another, 32 bytes each) in the index of a miniSEED source.
inline constexpr std::size_t kMiniseedExtents = 32'000'000;

/// Bytes of one frame from or to a RocketMQ server; the servers' own limit (NettySystemConfig: 16 MiB).
inline constexpr std::size_t kRocketmqFrameBytes = std::size_t{16} << 20;

/// Bytes of an answer of a RocketMQ server that is JSON: routes, brokers, connections. 2 MiB tell of 10,000 brokers.
inline constexpr std::size_t kRocketmqJsonBytes = std::size_t{2} << 20;

/// Bytes of a RocketMQ server's words that are shown.
inline constexpr std::size_t kRocketmqRemarkBytes = 300;

/// Requests to one RocketMQ server that wait for their answer.
inline constexpr std::size_t kRocketmqRequests = 16'384;

/// Bytes of requests to one RocketMQ server that wait to be written.
inline constexpr std::size_t kRocketmqUnwrittenBytes = std::size_t{64} << 20;

/// Bytes of pulled messages of one RocketMQ queue that wait to be polled, one reply more.
inline constexpr std::size_t kRocketmqPrefetchBytes = std::size_t{4} << 20;
/// The same for all queues of a source together; each may hold one reply more.
inline constexpr std::size_t kRocketmqSourcePrefetchBytes = std::size_t{256} << 20;

/// The longest body of a message sent to RocketMQ, and its longest properties: the broker's maxMessageSize less some
/// room, and its fixed limit.
inline constexpr std::size_t kRocketmqBodyBytes = (std::size_t{4} << 20) - 4096;
inline constexpr std::size_t kRocketmqPropertiesBytes = 32'000;

/// Queues of one topic on one RocketMQ broker.
inline constexpr std::int32_t kRocketmqQueues = 1024;

/// For how long an answer that nothing is there is believed, milliseconds; the broker is then asked again.
inline constexpr std::int64_t kRocketmqProofMs = 2000;

/// Bytes of an elastic.conf.
inline constexpr std::size_t kElasticConfBytes = std::size_t{1} << 20;

/// Bytes from the end of the scaler's history and of the files beside it that are looked at; older lines are let be.
inline constexpr std::size_t kElasticTailBytes = std::size_t{4} << 20;

/// Bytes at which the scaler's file of details is cut down to its last kElasticTailBytes.
inline constexpr std::size_t kElasticDetailBytes = std::size_t{16} << 20;

/// Worker threads.
inline constexpr std::uint32_t kThreads = 256;

}  // namespace temblor::limits
