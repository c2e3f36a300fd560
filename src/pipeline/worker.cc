#include "pipeline/worker.h"

#include <algorithm>

#include "base/thrown.h"

namespace temblor {
namespace {

/// How long a worker sleeps where no split of it has anything, or all are too far ahead.
constexpr std::chrono::milliseconds kRest{1};

}  // namespace

Worker::Worker(JobState& job, std::size_t number, Timestamp last_stamp)
    : job_(job), number_(number), stamp_(last_stamp) {}

void Worker::add(std::unique_ptr<SplitRunner> split) {
  const std::scoped_lock lock(shared_);
  watched_.push_back(split.get());
  inbox_.push_back(std::move(split));
}

void Worker::close_inbox() {
  const std::scoped_lock lock(shared_);
  inbox_closed_ = true;
}

void Worker::run() {
  try {
    if (auto done = loop(); !done) job_.fail(std::move(done).error());
    if (auto ended = hand_over(); !ended) job_.fail(std::move(ended).error());
  } catch (...) {
    // The others and the coordinator have to end as well, which they could not if the program were torn away here.
    job_.fail(thrown_error());
  }
  job_.rendezvous.leave();
}

/// Hands over what it has read: from here on it holds nobody back.
Result<void> Worker::hand_over() {
  flush_all();
  TEMBLOR_TRY(job_.delivery.post(letters_));
  publish();
  if (job_.stop.load()) return {};
  job_.watermark.report(number_, {});
  return job_.close_windows();
}

Result<void> Worker::loop() {
  while (!job_.stop.load(std::memory_order_relaxed)) {
    take_inbox();
    if (job_.rendezvous.called()) {
      flush_all();
      TEMBLOR_TRY(job_.delivery.post(letters_));
      publish();
      job_.rendezvous.wait();
      continue;
    }
    bool got_records = false;
    TEMBLOR_TRY(read_next(got_records));
    TEMBLOR_TRY(pass_watermark());
    TEMBLOR_TRY(job_.delivery.post(letters_));
    publish();
    if (turns_.empty() && resting_.empty()) {
      const std::scoped_lock lock(shared_);
      if (inbox_.empty() && inbox_closed_) return {};
    }
    if (job_.budget.spent()) return {};
    if (!got_records) job_.environment.clock.sleep_for(kRest);
  }
  return {};
}

void Worker::take_inbox() {
  const std::scoped_lock lock(shared_);
  for (auto& split : inbox_) {
    if (!split->ended) {
      list(*split);
      enqueue(*split);
    }
    splits_.push_back(std::move(split));
  }
  inbox_.clear();
}

void Worker::enqueue(SplitRunner& split) {
  // In processing time all splits are equally far, and take turns.
  const bool event_time = job_.time_mode == TimeMode::kEvent;
  turns_.insert({event_time ? split.chain.boundary() : kBeforeAll, turn_++, &split});
}

bool Worker::must_wait(const SplitRunner& split) const {
  if (job_.delivery.crowded()) return true;
  if (job_.time_mode != TimeMode::kEvent || split.chain.boundary() == kBeforeAll) return false;
  const auto base = job_.watermark.drift_base();
  return base && split.chain.boundary() - job_.max_drift > *base;
}

/// Polls the split that is furthest behind, and those after it while they have nothing.
Result<void> Worker::read_next(bool& got_records) {
  wake_resting();
  while (!turns_.empty() && !got_records) {
    SplitRunner& split = *turns_.begin()->split;
    if (must_wait(split)) return {};  // those after it in the queue are further ahead
    const std::size_t granted = job_.budget.reserve(job_.batch_records);
    if (granted == 0) return {};
    turns_.erase(turns_.begin());
    TEMBLOR_ASSIGN(got_records, read(split, granted));
    if (split.ended) continue;
    if (got_records) {
      enqueue(split);
    } else {
      resting_.push_back(&split);
    }
  }
  return {};
}

/// Splits that had nothing are asked again after a moment: an empty one, which stays the furthest behind, must not
/// be polled before each batch of the others.
void Worker::wake_resting() {
  if (resting_.empty()) return;
  const auto now = job_.environment.clock.monotonic();
  if (!turns_.empty() && now - rested_ < kRest) return;
  rested_ = now;
  for (SplitRunner* split : resting_) enqueue(*split);
  resting_.clear();
}

Result<bool> Worker::read(SplitRunner& split, std::size_t granted) {
  batch_.clear();
  const auto status = split.reader->poll(batch_, granted);
  const std::size_t used = batch_.messages.size() + batch_.readings.size();
  job_.budget.settle(granted, used);
  if (!status) return tl::unexpected(status.error());
  const bool got_records = used + batch_.refusals.size() != 0;
  if (got_records) {
    if (job_.time_mode == TimeMode::kProcessing) stamp_ = std::max(stamp_, job_.environment.clock.now());
    split.chain.process(batch_, stamp_, counts_, letters_);
  }
  note(split, *status, got_records);
  // A source that has just delivered, or says that more comes at once, is worth asking again before anybody sleeps.
  return got_records || *status == PollStatus::kRecords;
}

/// Keeps account of what a poll said about the split: ended, idle, or holding windows open.
void Worker::note(SplitRunner& split, PollStatus status, bool got_records) {
  const auto pending = split.reader->pending();
  split.pending.store(pending ? static_cast<std::int64_t>(*pending) : -1, std::memory_order_relaxed);
  if (status == PollStatus::kEnd) {
    split.chain.flush(counts_, letters_);
    split.ended = true;
  } else if (status == PollStatus::kNothingYet && !got_records) {
    const auto now = job_.environment.clock.monotonic();
    if (!split.quiet_since) split.quiet_since = now;
    const bool may_be_idle = !split.bounded && job_.idle_timeout > Milliseconds(0);
    if (may_be_idle && now - *split.quiet_since >= job_.idle_timeout) {
      if (!split.idle) split.chain.flush(counts_, letters_);
      split.idle = true;
    }
  } else {
    // A split that cannot be asked is not idle, or what it holds would be late after the outage.
    split.quiet_since.reset();
    split.idle = false;
  }
  list(split);
}

/// Brings the split's boundary in the list up to date.
void Worker::list(SplitRunner& split) {
  const std::optional<Timestamp> boundary =
      split.ended || split.idle ? std::nullopt : std::optional(split.chain.boundary());
  if (boundary == split.listed) return;
  if (split.listed) boundaries_.erase(boundaries_.find(*split.listed));
  if (boundary) boundaries_.insert(*boundary);
  split.listed = boundary;
}

/// Tells the job how far this worker is, where windows may close by it; before that, everything goes to the windows.
Result<void> Worker::pass_watermark() {
  JobWatermark::Report next;
  if (job_.time_mode == TimeMode::kProcessing) {
    stamp_ = std::max(stamp_, job_.environment.clock.now());
    next.boundary = WindowAssigner(job_.window).start_of(stamp_);
    next.known = next.boundary;
  } else {
    if (!boundaries_.empty()) next.boundary = *boundaries_.begin();
    const auto known = boundaries_.upper_bound(kBeforeAll);
    if (known != boundaries_.end()) next.known = *known;
    if (boundaries_.empty()) {
      for (const auto& split : splits_) next.silent = std::max(next.silent, std::optional(split->chain.boundary()));
    }
  }
  if (next != reported_) {
    reported_ = next;
    flush_all();
    // The one that holds the others back reads on: closing windows costs as much as reading some of the records, and
    // whoever is ahead has the time. Where nobody has by its next turn, it closes them itself.
    if (job_.watermark.report(number_, next)) return {};
  }
  return job_.close_windows();
}

void Worker::flush_all() {
  for (const auto& split : splits_) split->chain.flush(counts_, letters_);
}

void Worker::publish() {
  const std::scoped_lock lock(shared_);
  published_ = counts_;
}

Counts Worker::published_counts() const {
  const std::scoped_lock lock(shared_);
  return published_;
}

std::optional<std::uint64_t> Worker::pending() const {
  const std::scoped_lock lock(shared_);
  std::uint64_t sum = 0;
  for (const SplitRunner* split : watched_) {
    const std::int64_t pending = split->pending.load(std::memory_order_relaxed);
    if (pending < 0) return std::nullopt;
    sum += static_cast<std::uint64_t>(pending);
  }
  return sum;
}

}  // namespace temblor
