#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/limits.h"
#include "connectors/rocketmq/message_decoder.h"
#include "connectors/rocketmq/puller.h"
#include "connectors/rocketmq/queue_offsets.h"
#include "connectors/rocketmq/queue_position.h"
#include "connectors/source.h"
#include "schema/record_pack.h"

namespace temblor::rocketmq {

/// Reads the records of one queue, one in a message or many. Whether a record's time is believed depends on when the
/// broker stored its message, rounded up to a second: a batch ends where that changes, so that nothing depends on how
/// the messages were pulled.
class QueueReader final : public SplitReader {
 public:
  struct Settings {
    std::string topic;
    Queue queue;
    std::string group;
    std::uint32_t pull = 1024;  ///< messages asked for at a time
    bool stop_at_loss = false;  ///< messages that were deleted before they were read end the job
    std::size_t prefetch_bytes = limits::kRocketmqPrefetchBytes;
  };

  /// `client` outlives the reader.
  QueueReader(Client& client, Settings settings, SplitId split, QueuePosition position);

  Result<PollStatus> poll(SourceBatch& batch, std::size_t max_records) override;
  [[nodiscard]] SplitPosition position() const override { return position_.to_split_position(); }
  [[nodiscard]] std::optional<std::uint64_t> pending() const override;

 private:
  Result<PollStatus> ask();
  Result<PollStatus> go_on_elsewhere(const Pulled& moved);
  enum class Loss : std::uint8_t { kDeleted, kEnd };
  Result<void> note_loss(Offset next, Loss loss);
  Result<void> skip_to(Offset next);
  void pass_to(Offset next);
  Result<PollStatus> wait_for_end();
  void note_trouble(const Pulled& pulled);
  Result<bool> fill(SourceBatch& batch, std::size_t max_records);
  void take_message(SourceBatch& batch);
  void take_record(SourceBatch& batch);
  void end_message();
  void refuse(SourceBatch& batch, Rejection reason, Offset end, std::string_view bytes) const;
  [[nodiscard]] bool at_end() const { return position_.end && position_.offset >= *position_.end; }

  const Settings settings_;
  const SplitId split_;
  QueuePosition position_;
  QueueOffsets offsets_;
  Puller puller_;
  MessageDecoder decoder_;
  std::optional<Pulled> reply_;         ///< what is being read
  std::optional<Pulled> spent_;         ///< a reply that was read, whose bytes the last batch points into
  std::optional<MessageView> message_;  ///< of the reply, the one that comes next
  std::optional<RecordPack> pack_;      ///< of `message_`, where it packs many and was begun
  std::size_t bytes_ = 0;               ///< in the batch
  int polls_at_end_ = 0;                ///< that found nothing, of a bounded source, one after the other
  std::string trouble_;                 ///< what was said last, until it is over
};

}  // namespace temblor::rocketmq
