#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "pipeline/job_state.h"
#include "pipeline/split_runner.h"

namespace temblor {

/// One thread of a job and the splits it reads: polls the split that is furthest behind, takes the batch through its
/// chain, and tells the job how far event time has come.
class Worker {
 public:
  /// `last_stamp`: processing time does not go back behind it.
  Worker(JobState& job, std::size_t number, Timestamp last_stamp);

  /// Hands over a split; before run, or from the coordinator while it runs.
  void add(std::unique_ptr<SplitRunner> split);

  /// No split will be added any more: run ends once all have ended.
  void close_inbox();

  /// Takes over what was handed to it; itself while it runs, the coordinator before.
  void take_inbox();

  /// Runs until every split has ended, the job stops, or the record budget is spent.
  void run();

  /// What it has counted, for people who watch; any thread.
  [[nodiscard]] Counts published_counts() const;
  /// What its splits say is left; nothing where one does not know. Any thread.
  [[nodiscard]] std::optional<std::uint64_t> pending() const;

  /// Only while it stands still or has ended:
  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] const std::vector<std::unique_ptr<SplitRunner>>& splits() const { return splits_; }
  [[nodiscard]] Timestamp last_stamp() const { return stamp_; }

 private:
  /// A split's place in the queue: how far it is, and among equals since when it has waited.
  struct Turn {
    Timestamp boundary;
    std::uint64_t since;
    SplitRunner* split;
    auto operator<=>(const Turn&) const = default;
  };

  Result<void> loop();
  Result<void> hand_over();
  void enqueue(SplitRunner& split);
  [[nodiscard]] bool must_wait(const SplitRunner& split) const;
  Result<void> read_next(bool& got_records);
  void wake_resting();
  Result<bool> read(SplitRunner& split, std::size_t granted);
  void note(SplitRunner& split, PollStatus status, bool got_records);
  void list(SplitRunner& split);
  Result<void> pass_watermark();
  void flush_all();
  void publish();

  JobState& job_;
  std::size_t number_;
  std::vector<std::unique_ptr<SplitRunner>> splits_;
  std::set<Turn> turns_;                 // those to be polled, the one furthest behind first
  std::vector<SplitRunner*> resting_;    // those that just had nothing; polled again once nobody has anything
  std::chrono::nanoseconds rested_{};    // when they were last woken
  std::multiset<Timestamp> boundaries_;  // of the splits that hold windows open (event time)
  std::uint64_t turn_ = 0;
  SourceBatch batch_;
  Counts counts_;
  Letters letters_;
  Timestamp stamp_;
  std::optional<JobWatermark::Report> reported_;

  mutable std::mutex shared_;  // guards what follows
  std::vector<std::unique_ptr<SplitRunner>> inbox_;
  std::vector<const SplitRunner*> watched_;
  bool inbox_closed_ = false;
  Counts published_;
};

}  // namespace temblor
