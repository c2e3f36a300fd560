#pragma once

#include <cstdint>

/// Numbers of RocketMQ's Remoting protocol that this client uses. Source: RequestCode.java, ResponseCode.java,
/// RemotingSysResponseCode.java, PullSysFlag.java, MessageSysFlag.java, MessageDecoder.java of RocketMQ 5.3.
namespace temblor::rocketmq {

enum class RequestCode : std::int32_t {
  kPullMessage = 11,
  kQueryConsumerOffset = 14,
  kUpdateConsumerOffset = 15,
  kUpdateAndCreateTopic = 17,
  kGetBrokerRuntimeInfo = 28,
  kSearchOffsetByTimestamp = 29,
  kGetMaxOffset = 30,
  kGetMinOffset = 31,
  kHeartBeat = 34,
  kGetRouteInfoByTopic = 105,
  kGetBrokerClusterInfo = 106,
  kGetProducerConnectionList = 204,
  kDeleteTopicInBroker = 215,
  kDeleteTopicInNameServer = 216,
  kSendMessageV2 = 310,
  kSendBatchMessage = 320,
};

/// Codes of answers; a server may send others.
namespace response {
inline constexpr std::int32_t kSuccess = 0;
inline constexpr std::int32_t kNotSupported = 3;
inline constexpr std::int32_t kSystemError = 1;
inline constexpr std::int32_t kSystemBusy = 2;
inline constexpr std::int32_t kFlushDiskTimeout = 10;
inline constexpr std::int32_t kSlaveNotAvailable = 11;
inline constexpr std::int32_t kFlushSlaveTimeout = 12;
inline constexpr std::int32_t kServiceNotAvailable = 14;
inline constexpr std::int32_t kTopicNotExist = 17;
inline constexpr std::int32_t kPullNotFound = 19;
inline constexpr std::int32_t kPullRetryImmediately = 20;
inline constexpr std::int32_t kPullOffsetMoved = 21;
inline constexpr std::int32_t kQueryNotFound = 22;
inline constexpr std::int32_t kInvalidParameter = 29;
inline constexpr std::int32_t kFlowControl = 215;
inline constexpr std::int32_t kNotLeaderForQueue = 501;
inline constexpr std::int32_t kGoAway = 1500;
}  // namespace response

/// Bits of a frame's `flag`.
inline constexpr std::int32_t kFlagResponse = 1;

/// Bits of a pull's `sysFlag`.
inline constexpr std::int32_t kPullSuspend = 2;
inline constexpr std::int32_t kPullSubscription = 4;

/// Bits of a message's `sysFlag`.
inline constexpr std::int32_t kMessageCompressed = 1;
inline constexpr std::int32_t kMessageBornHostV6 = 1 << 4;
inline constexpr std::int32_t kMessageStoreHostV6 = 1 << 5;
inline constexpr std::int32_t kMessageNeedUnwrap = 1 << 6;
inline constexpr std::int32_t kMessageInnerBatch = 1 << 7;
inline constexpr std::int32_t kMessageCompressionMask = 7 << 8;
inline constexpr std::int32_t kMessageCompressionZlibOld = 0;  ///< before there was a choice
inline constexpr std::int32_t kMessageCompressionZlib = 3 << 8;

/// What a stored message begins with, behind its length.
inline constexpr std::uint32_t kMessageMagic = 0xDAA320A7;
inline constexpr std::uint32_t kMessageMagicV2 = 0xDAA320AB;  ///< its topic's length has two bytes

/// Bits of a topic's `perm`.
inline constexpr std::int32_t kPermissionRead = 4;
inline constexpr std::int32_t kPermissionWrite = 2;

/// What this client says it speaks: the version number of 5.3.0 (MQVersion.java), so that it gets what that gets.
inline constexpr std::int32_t kProtocolVersion = 473;

}  // namespace temblor::rocketmq
