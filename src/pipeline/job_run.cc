#include "pipeline/job_run.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <bit>

#include "pipeline/job_settings.h"

namespace temblor {
namespace {

constexpr std::chrono::milliseconds kLook{10};        // how often at least the coordinator looks after the job
constexpr std::chrono::milliseconds kWatch{500};      // how often people are told
constexpr std::chrono::milliseconds kDiscover{1000};  // how often new splits are looked for

bool is_at_once(const Job& job) { return job.checkpoint_dir.empty() || job.delivery == DeliveryMode::kAtLeastOnce; }

/// What `--max-records` counts: messages and readings, not the bytes between them that belong to none.
std::uint64_t budgeted(const Counts& counts) {
  std::uint64_t records = counts.records_read;
  for (const Rejection refusal :
       {Rejection::kFrame, Rejection::kDamaged, Rejection::kCompression, Rejection::kOverlap}) {
    records -= counts.dropped[static_cast<std::size_t>(refusal)];
  }
  return records;
}

/// A few shards for each thread, so that they seldom wait for each other.
std::uint32_t shards_for(std::uint32_t threads) { return threads == 1 ? 1 : std::bit_ceil(threads * 4); }

}  // namespace

JobRun::JobRun(Job job, const Environment& environment)
    : job_(std::move(job)),
      environment_(environment),
      settings_(settings_of(job_)),
      at_once_(is_at_once(job_)),
      delivery_(job_, at_once_),
      began_(environment.clock.monotonic()) {
  for (const NamedSource& source : job_.sources) unbounded_ = unbounded_ || !source.source->traits().bounded;
  facts_.settings = settings_;
  facts_.job_start = environment.clock.now();
  facts_.reference = facts_.job_start;
}

JobRun::~JobRun() { stop_workers(); }

Result<void> JobRun::restore() {
  const auto fresh_windows = [&] {
    windows_ = std::make_unique<WindowOperator>(WindowOperator::Settings{
        .window = job_.window, .max_sensors = job_.max_sensors, .shards = shards_for(job_.threads)});
  };
  fresh_windows();
  if (job_.checkpoint_dir.empty()) return {};

  // A job that is new is refused for what it is to read before a folder is made for it.
  if (!environment_.files.exists(job_.checkpoint_dir)) {
    TEMBLOR_ASSIGN(new_splits_, discover());
  }
  TEMBLOR_ASSIGN(store_, CheckpointStore::open(environment_.files, job_.checkpoint_dir));
  TEMBLOR_ASSIGN(auto recovered, store_->recover([&]() -> WindowRestorer {
    fresh_windows();
    return [&](Timestamp window_start, std::string_view id, const Aggregate& aggregate) {
      windows_->restore(window_start, id, environment_.hash_seed, aggregate);
    };
  }));
  if (!recovered) return {};
  restored_ = std::move(recovered->checkpoint);
  facts_ = restored_->facts;
  TEMBLOR_TRY(check_same_job(facts_.settings, settings_, job_.checkpoint_dir));
  ++facts_.restarts;
  // What was added since is of a later time than what the job began with.
  if (facts_.finished) facts_.reference = std::max(facts_.reference, environment_.clock.now());
  windows_->restore_closed_through(facts_.closed_through);
  spdlog::info("going on from checkpoint {} of {}", facts_.id, to_iso8601(facts_.created));
  if (recovered->fell_back && job_.time_mode == TimeMode::kProcessing) {
    spdlog::warn("the newest checkpoint was damaged: in processing time some results may be counted twice");
  }
  return {};
}

Result<std::vector<JobRun::OwnedSplit>> JobRun::discover() {
  std::vector<OwnedSplit> splits;
  for (std::size_t i = 0; i < job_.sources.size(); ++i) {
    TEMBLOR_ASSIGN(const auto ids, job_.sources[i].source->discover());
    for (const SplitId& id : ids) splits.push_back({.source = i, .id = id});
  }
  std::sort(splits.begin(), splits.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  const auto twice =
      std::adjacent_find(splits.begin(), splits.end(), [](const auto& a, const auto& b) { return a.id == b.id; });
  if (twice != splits.end()) return user_error(twice->id, "is named twice", "name each source once with --from");
  return splits;
}

Result<std::unique_ptr<SplitRunner>> JobRun::open_split(const OwnedSplit& split) {
  Source& source = *job_.sources[split.source].source;
  const SourceTraits traits = source.traits();
  SplitPosition position;
  const SplitCheckpoint* known = nullptr;
  if (restored_) {
    const auto found = std::find_if(restored_->splits.begin(), restored_->splits.end(),
                                    [&](const SplitCheckpoint& each) { return each.id == split.id; });
    if (found != restored_->splits.end()) {
      known = &*found;
      position = {.offset = found->offset, .state = found->state};
    }
  }
  TEMBLOR_ASSIGN(auto reader, source.open(split.id, known == nullptr ? nullptr : &position,
                                          {.start = facts_.job_start, .reference = facts_.reference}));
  const OperatorChain::Settings chain{.time_mode = job_.time_mode,
                                      .window = job_.window,
                                      .out_of_orderness = job_.out_of_orderness,
                                      .max_ahead = job_.max_ahead,
                                      .amplitudes = job_.amplitude_range.value_or(traits.amplitude_range),
                                      .keep_late = job_.late_sink.has_value(),
                                      .keep_dead = job_.dead_letter_sink.has_value(),
                                      .hash_seed = environment_.hash_seed};
  auto runner = std::make_unique<SplitRunner>(split.id, traits.bounded, std::move(reader), chain, *windows_,
                                              known == nullptr ? kBeforeAll : known->highest);
  if (const auto pending = runner->reader->pending()) runner->pending = static_cast<std::int64_t>(*pending);
  known_splits_.push_back(split);
  return runner;
}

Result<void> JobRun::open_splits() {
  if (restored_) {
    for (const NamedSource& source : job_.sources) source.source->resume();
  }
  std::vector<OwnedSplit> splits = std::move(new_splits_);
  if (splits.empty()) {
    TEMBLOR_ASSIGN(splits, discover());
  }
  if (restored_) {
    for (const SplitCheckpoint& then : restored_->splits) {
      const bool there =
          std::any_of(splits.begin(), splits.end(), [&](const OwnedSplit& split) { return split.id == then.id; });
      if (there) continue;
      const auto awaiting = std::find_if(job_.sources.begin(), job_.sources.end(),
                                         [&](const NamedSource& each) { return each.source->awaits(then.id); });
      if (!then.ended && awaiting != job_.sources.end()) {
        spdlog::warn("{}: is away, and is waited for", then.id);
        splits.push_back({.source = static_cast<std::size_t>(awaiting - job_.sources.begin()), .id = then.id});
        continue;
      }
      if (!then.ended) return world_error(then.id, "is gone, and had not been read to its end", "bring it back");
      gone_splits_.push_back(then);
    }
  }
  const std::size_t most = unbounded_ ? job_.threads : std::max<std::size_t>(splits.size(), 1);
  const std::size_t workers = std::min<std::size_t>(job_.threads, most);
  std::optional<std::uint64_t> left;
  if (job_.max_records) left = *job_.max_records - std::min(*job_.max_records, budgeted(facts_.counts));
  state_ = std::make_unique<JobState>(environment_, job_, *windows_, delivery_, workers, left);
  for (std::size_t i = 0; i < workers; ++i) {
    // The end of the input closes a window before its time; what comes after that belongs to the next one.
    workers_.push_back(std::make_unique<Worker>(*state_, i, std::max(facts_.last_stamp, facts_.closed_through)));
  }
  for (std::size_t i = 0; i < splits.size(); ++i) {
    TEMBLOR_ASSIGN(auto runner, open_split(splits[i]));
    workers_[i % workers]->add(std::move(runner));
  }
  if (!unbounded_) {
    for (const auto& worker : workers_) worker->close_inbox();
  }
  return {};
}

Result<void> JobRun::deliver_restored() {
  TEMBLOR_TRY(delivery_.open(restored_ ? &*restored_ : nullptr));
  if (!store_) return {};
  coordinator_.emplace(std::move(store_), delivery_, environment_.clock, facts_.id);
  if (restored_) {
    TEMBLOR_TRY(coordinator_->commit(*restored_));
    restored_->results.clear();
  }
  for (const auto& worker : workers_) worker->take_inbox();
  // What timestamps are judged by is kept before anything is read: the start of the job, or of going on with one that
  // had finished.
  return restored_ && !restored_->facts.finished ? Result<void>{} : checkpoint(false);
}

Result<void> JobRun::add_new_splits() {
  const auto began = environment_.clock.monotonic();
  TEMBLOR_ASSIGN(const auto splits, discover());
  for (const OwnedSplit& split : splits) {
    const auto is_this = [&](const OwnedSplit& known) { return known.id == split.id; };
    if (std::any_of(known_splits_.begin(), known_splits_.end(), is_this)) continue;
    auto runner = open_split(split);
    if (!runner && runner.error().blame == Blame::kWorld) {
      spdlog::warn("new split {}: {}; trying again", split.id, runner.error().to_line());
      // A server that does not answer takes its time for it, while checkpoints wait.
      if (environment_.clock.monotonic() - began > kDiscover) return {};
      continue;
    }
    if (!runner) return tl::unexpected(std::move(runner).error());
    spdlog::info("new split {}", split.id);
    workers_[(known_splits_.size() - 1) % workers_.size()]->add(*std::move(runner));
  }
  return {};
}

Result<void> JobRun::read_until_done(const std::atomic<bool>& stop, const std::function<void(const Progress&)>& watch) {
  Clock& clock = environment_.clock;
  auto checkpointed = clock.monotonic();
  auto watched = checkpointed;
  auto discovered = checkpointed;
  std::chrono::nanoseconds discovery = kDiscover;  // from one to the next
  for (const auto& worker : workers_) threads_.emplace_back([&each = *worker] { each.run(); });
  const auto look = std::clamp<Milliseconds>(job_.checkpoint_interval, Milliseconds(1), kLook);
  while (!state_->rendezvous.wait_for_all_to_leave(look)) {
    if (stop.load() || state_->failure()) break;
    const auto now = clock.monotonic();
    if (coordinator_ && (now - checkpointed >= job_.checkpoint_interval || delivery_.crowded())) {
      TEMBLOR_TRY(checkpoint(false));
      checkpointed = now;
    }
    if (watch && now - watched >= kWatch) {
      watch(progress());
      watched = now;
    }
    if (unbounded_ && now - discovered >= discovery) {
      TEMBLOR_TRY(add_new_splits());
      discovered = clock.monotonic();
      discovery = std::max<std::chrono::nanoseconds>(kDiscover, 10 * (discovered - now));
    }
  }
  stop_workers();
  if (auto failure = state_->failure()) return tl::unexpected(std::move(*failure));
  return {};
}

Result<Summary> JobRun::finish() {
  bool ended = state_->budget.spent();
  if (!ended) {
    ended = !unbounded_;
    for (const auto& worker : workers_) {
      for (const auto& split : worker->splits()) ended = ended && split->ended;
    }
  }
  if (ended) TEMBLOR_TRY(delivery_.emit(windows_->advance(kAfterAll)));
  Summary summary;
  summary.open_results = windows_->open_results();
  if (coordinator_) TEMBLOR_TRY(checkpoint(ended));
  TEMBLOR_TRY(delivery_.close());
  summary.run = counts_of_run(false);
  summary.life = facts_.counts;
  summary.life += summary.run;
  summary.run_seconds = seconds();
  summary.life_seconds = facts_.seconds + summary.run_seconds;
  summary.restarts = facts_.restarts;
  summary.finished = ended;
  return summary;
}

Result<void> JobRun::checkpoint(bool finished) {
  std::vector<SplitCheckpoint> splits;
  TEMBLOR_TRY(coordinator_->take([&]() -> std::optional<Checkpoint> {
    std::optional<Checkpoint> checkpoint;
    if (threads_.empty()) {  // before the workers begin, and after they have ended
      checkpoint = capture(finished);
    } else {
      state_->rendezvous.hold([&] {
        // A worker that failed may have stopped halfway through a batch: what it holds is no state to go on from.
        if (!state_->failure() && captured_ != happened()) checkpoint = capture(finished);
      });
    }
    if (checkpoint) splits = checkpoint->splits;
    return checkpoint;
  }));
  acknowledge(splits);
  return {};
}

/// Tells the sources what a checkpoint, which is complete now, has of them.
void JobRun::acknowledge(const std::vector<SplitCheckpoint>& splits) {
  for (const OwnedSplit& known : known_splits_) {
    const auto kept = std::lower_bound(splits.begin(), splits.end(), known.id,
                                       [](const SplitCheckpoint& split, const SplitId& id) { return split.id < id; });
    if (kept == splits.end() || kept->id != known.id) continue;
    job_.sources[known.source].source->acknowledge(kept->id, {.offset = kept->offset, .state = kept->state});
  }
}

JobRun::Happened JobRun::happened() const {
  Happened happened{.counts = counts_of_run(false)};
  for (const auto& worker : workers_) {
    for (const auto& split : worker->splits()) {
      ++happened.splits;
      happened.ended += split->ended ? 1 : 0;
    }
  }
  return happened;
}

Checkpoint JobRun::capture(bool finished) {
  captured_ = happened();
  Checkpoint checkpoint;
  checkpoint.facts = facts_;
  checkpoint.facts.counts += captured_->counts;
  checkpoint.facts.seconds += seconds();
  checkpoint.facts.finished = finished;
  checkpoint.splits = gone_splits_;
  for (const auto& worker : workers_) {
    for (const auto& split : worker->splits()) checkpoint.splits.push_back(split->checkpoint());
    checkpoint.facts.last_stamp = std::max(checkpoint.facts.last_stamp, worker->last_stamp());
  }
  std::sort(checkpoint.splits.begin(), checkpoint.splits.end(),
            [](const SplitCheckpoint& a, const SplitCheckpoint& b) { return a.id < b.id; });
  checkpoint.windows = windows_->freeze();
  checkpoint.facts.closed_through = checkpoint.windows.closed_through;
  Pending pending = delivery_.take();
  checkpoint.results = std::move(pending.results);
  checkpoint.late_letters = std::move(pending.letters.late);
  checkpoint.dead_letters = std::move(pending.letters.dead);
  return checkpoint;
}

Counts JobRun::counts_of_run(bool published) const {
  Counts counts;
  for (const auto& worker : workers_) counts += published ? worker->published_counts() : worker->counts();
  std::tie(counts.windows_emitted, counts.results_emitted) = delivery_.emitted();
  return counts;
}

Progress JobRun::progress() const {
  Progress progress{.run = counts_of_run(true), .seconds = seconds(), .pending = 0};
  for (const auto& worker : workers_) {
    const auto pending = worker->pending();
    progress.pending = pending && progress.pending ? std::optional(*progress.pending + *pending) : std::nullopt;
  }
  return progress;
}

double JobRun::seconds() const {
  return std::chrono::duration<double>(environment_.clock.monotonic() - began_).count();
}

void JobRun::stop_workers() {
  if (state_) state_->stop.store(true);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace temblor
