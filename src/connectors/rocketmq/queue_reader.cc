#include "connectors/rocketmq/queue_reader.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/limits.h"
#include "connectors/rocketmq/pack_property.h"

namespace temblor::rocketmq {
namespace {

/// So often a broker must have said that there is nothing more where there should be: some seconds.
constexpr int kPollsAtEnd = 2500;

Timestamp next_second(Timestamp stored) {
  return std::chrono::ceil<std::chrono::seconds>(std::clamp(stored, kEarliest, kLatest));
}

PullerConfig puller_config(const QueueReader::Settings& settings, Offset offset) {
  PullerConfig config;
  config.topic = settings.topic;
  config.queue = settings.queue;
  config.group = settings.group;
  config.offset = offset;
  config.max_messages = static_cast<std::int32_t>(settings.pull);
  config.prefetch_bytes = settings.prefetch_bytes;
  return config;
}

}  // namespace

QueueReader::QueueReader(Client& client, Settings settings, SplitId split, QueuePosition position)
    : settings_(std::move(settings)),
      split_(std::move(split)),
      position_(position),
      offsets_(client, settings_.topic),
      puller_(client, puller_config(settings_, position.offset)) {}

std::optional<std::uint64_t> QueueReader::pending() const {
  const std::optional<Offset> end = position_.end ? position_.end : puller_.max_offset();
  if (!end) return std::nullopt;
  return static_cast<std::uint64_t>(std::max<Offset>(*end - position_.offset, 0));
}

Result<PollStatus> QueueReader::poll(SourceBatch& batch, std::size_t max_records) {
  batch.clear();
  if (at_end()) return PollStatus::kEnd;
  if (!reply_) {
    TEMBLOR_ASSIGN(const PollStatus status, ask());
    if (!reply_) return status;
  }
  // Views point into the reply until the next poll: it is let go there.
  TEMBLOR_ASSIGN(const bool more, fill(batch, max_records));
  if (more) return at_end() ? PollStatus::kEnd : PollStatus::kRecords;
  TEMBLOR_TRY(skip_to(reply_->next_offset));
  spent_ = std::exchange(reply_, std::nullopt);
  return at_end() ? PollStatus::kEnd : PollStatus::kRecords;
}

/// Asks for the next reply, and says what it means that there is none.
Result<PollStatus> QueueReader::ask() {
  // Without waiting: the worker has other queues to look after, and windows to close.
  Pulled pulled = puller_.poll(Milliseconds(0));
  switch (pulled.status) {
    case PullStatus::kMessages:
      if (!trouble_.empty()) spdlog::info("{}: can be read again", split_);
      trouble_.clear();
      polls_at_end_ = 0;
      reply_ = std::move(pulled);
      decoder_.begin(reply_->body);
      return PollStatus::kRecords;
    case PullStatus::kNothingYet:
      if (!trouble_.empty()) spdlog::info("{}: can be read again", split_);
      trouble_.clear();
      TEMBLOR_TRY(skip_to(pulled.next_offset));
      return position_.end ? wait_for_end() : PollStatus::kNothingYet;
    case PullStatus::kAsking:
      return PollStatus::kUnavailable;  // nobody has said that there is nothing
    case PullStatus::kOffsetMoved:
      return go_on_elsewhere(pulled);
    case PullStatus::kUnavailable:
    case PullStatus::kNoTopic:
    case PullStatus::kRefused:
      note_trouble(pulled);
      return PollStatus::kUnavailable;
  }
  return PollStatus::kUnavailable;
}

/// Says once what is wrong; the puller goes on asking.
void QueueReader::note_trouble(const Pulled& pulled) {
  const std::string line = pulled.error ? pulled.error->to_line() : "cannot be read";
  if (line == trouble_) return;
  trouble_ = line;
  if (pulled.status == PullStatus::kUnavailable) {
    spdlog::warn("{}: {}; trying again", split_, line);
  } else {
    spdlog::error("{}: {}; goes on when that has changed", split_, line);
  }
}

/// What lies before `next` is not there any more.
Result<void> QueueReader::note_loss(Offset next, Loss loss) {
  const std::string what = fmt::format("{} messages, {} to {}", next - position_.offset, position_.offset, next - 1);
  Error lost = (loss == Loss::kDeleted
                    ? world_error(split_, what + ", were deleted by the broker before they were read",
                                  "keep them longer: fileReservedTime of the broker")
                    : world_error(split_, what + ", were there when the job began, and the queue ends before them now",
                                  "its broker has lost its newest messages"))
                   .value();
  if (settings_.stop_at_loss) return tl::unexpected(std::move(lost));
  spdlog::error("{}", lost.to_line());
  pass_to(next);
  return {};
}

/// Goes on at `next`, where the broker says that it goes on: what lies before it and did not come is lost.
Result<void> QueueReader::skip_to(Offset next) {
  if (position_.end) next = std::min(next, *position_.end);
  return next > position_.offset ? note_loss(next, Loss::kDeleted) : Result<void>();
}

/// Goes on at `next` where that is further.
void QueueReader::pass_to(Offset next) {
  if (next <= position_.offset) return;
  position_.offset = next;
  position_.records = 0;
}

/// A queue that ends before its end has lost the rest: a broker that has just started shows it within moments.
Result<PollStatus> QueueReader::wait_for_end() {
  if (at_end()) return PollStatus::kEnd;
  if (++polls_at_end_ < kPollsAtEnd) return PollStatus::kNothingYet;
  TEMBLOR_TRY(note_loss(*position_.end, Loss::kEnd));
  return PollStatus::kEnd;
}

/// The broker does not have the message that is wanted next: it was deleted, or the queue was made anew.
Result<PollStatus> QueueReader::go_on_elsewhere(const Pulled& moved) {
  if (moved.offset < moved.min_offset) {
    TEMBLOR_TRY(note_loss(moved.min_offset, Loss::kDeleted));
  } else if (position_.end) {
    TEMBLOR_TRY(note_loss(*position_.end, Loss::kEnd));
    return PollStatus::kEnd;
  } else {
    // Either the broker has lost its newest messages, which were read, or the topic is a new one of the same name.
    // What was stored later than what was read is new in both cases.
    const auto next = offsets_.at(settings_.queue, position_.stored + Milliseconds(1));
    if (!next) {
      note_trouble({.status = PullStatus::kUnavailable, .error = next.error()});
      return PollStatus::kUnavailable;
    }
    spdlog::warn(
        "{}: holds messages {} to {} only, though those before {} were read; going on at {}, with what was "
        "stored since",
        split_, moved.min_offset, moved.max_offset, moved.offset, *next);
    position_.offset = *next;
  }
  position_.records = 0;
  puller_.seek(position_.offset);
  return PollStatus::kUnavailable;
}

/// Fills the batch from the reply; whether something of the reply is left.
Result<bool> QueueReader::fill(SourceBatch& batch, std::size_t max_records) {
  spent_.reset();
  bytes_ = 0;
  if (pack_) batch.reference = next_second(position_.stored);
  while (batch.messages.size() < max_records && bytes_ < limits::kBatchBytes) {
    if (pack_) {
      take_record(batch);
      continue;
    }
    if (!message_) {
      message_.emplace();
      const auto next = decoder_.next(*message_);
      if (next != MessageDecoder::Next::kMessage) message_.reset();
      if (next == MessageDecoder::Next::kBroken) {
        refuse(batch, Rejection::kFrame, reply_->next_offset, decoder_.rest());
        pass_to(position_.end ? std::min(reply_->next_offset, *position_.end) : reply_->next_offset);
      }
      if (!message_) return false;
    }
    if (message_->offset < position_.offset) {  // of a batch whose front was not asked for
      message_.reset();
      continue;
    }
    if (position_.end && message_->offset >= *position_.end) return false;
    if (message_->offset > position_.offset) TEMBLOR_TRY(note_loss(message_->offset, Loss::kDeleted));
    const Timestamp reference = next_second(message_->stored);
    const bool begun = !batch.messages.empty() || !batch.refusals.empty();
    if (begun && batch.reference != reference) return true;
    batch.reference = reference;
    take_message(batch);
  }
  return true;
}

/// Takes the message that comes next: its record, or, where it packs many, what to begin with.
void QueueReader::take_message(SourceBatch& batch) {
  const MessageView message = *message_;
  position_.offset = message.offset;
  position_.stored = message.stored;
  if (message.status == BodyStatus::kGood && is_packed(message.properties)) {
    pack_.emplace(message.body);
    for (std::uint32_t i = 0; i < position_.records && pack_->next(); ++i) continue;
    if (pack_->empty()) end_message();
    return;
  }
  switch (message.status) {
    case BodyStatus::kGood:
      batch.messages.push_back({.offset = message.offset, .bytes = message.body});
      break;
    case BodyStatus::kOtherCompression:
    case BodyStatus::kInnerBatch:
      refuse(batch, Rejection::kCompression, message.offset + 1, message.body);
      break;
    case BodyStatus::kBroken:
    case BodyStatus::kTooLong:
      refuse(batch, Rejection::kDamaged, message.offset + 1, message.body);
      break;
  }
  bytes_ += message.body.size();
  end_message();
}

void QueueReader::take_record(SourceBatch& batch) {
  if (const auto record = pack_->next()) {
    batch.messages.push_back({.offset = position_.offset, .bytes = *record});
    bytes_ += record->size();
    ++position_.records;
  } else {
    refuse(batch, Rejection::kFrame, position_.offset + 1, pack_->rest());
    pack_.emplace();
  }
  if (pack_->empty()) end_message();
}

void QueueReader::end_message() {
  pack_.reset();
  message_.reset();
  ++position_.offset;
  position_.records = 0;
}

void QueueReader::refuse(SourceBatch& batch, Rejection reason, Offset end, std::string_view bytes) const {
  batch.refusals.push_back({.offset = position_.offset,
                            .end_offset = end,
                            .reason = reason,
                            .bytes = bytes.substr(0, limits::kMessageBytes),
                            .whole_bytes = bytes.size()});
}

}  // namespace temblor::rocketmq
