#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "elastic/rescale.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"
#include "testing/sim_flink_jobs.h"

namespace temblor::elastic {

// Where savepoints are made, where the journal lies, the job that is rescaled, one that a person starts.
inline constexpr const char* kSavepoints = "/data/savepoints";
inline constexpr const char* kJournalPath = "/data/metrics/rescale.json";
inline const std::string kOldJob = "0b5da5e0b92307946d891584f93dcefe";
inline const std::string kTheirs = "7777777777777777777777777777777a";

/// The process was killed.
struct Killed {};

/// A rescale from 3 to 5 in such a cluster.
class RescaleWorld {
 public:
  RescaleWorld() : jobs(files, clock) {
    jobs.add(kOldJob, 3);
    EXPECT_TRUE(files.create_directories(kSavepoints).has_value());
  }

  Rescale rescale() {
    Rescale::Hands hands{.new_id = [this] { return fmt::format("{:032x}", ++ids_); },
                         .name_job =
                             [this](const std::string& job) {
                               named = job;
                               return Result<void>{};
                             },
                         .end_task_manager = [this](const std::string& id, const std::string&) -> Result<void> {
                           ended.insert(id);
                           if (tm_stays) return world_error("node02", said_of_tm);
                           return {};
                         },
                         .tell_of_stray = [this](const std::string& job) { strays.push_back(job); },
                         .tell_of_double = [this](const std::string& job) { doubles.push_back(job); }};
    return {jobs, files, clock, RescaleJournalFile(files, kJournalPath), std::move(hands), {}};
  }

  [[nodiscard]] RescaleJournal plan() const {
    RescaleJournal plan;
    plan.old_job = named;
    plan.savepoint_dir = kSavepoints;
    plan.from = 3;
    plan.to = 5;
    plan.jar = "/opt/flink_jobs/wordcount.jar";
    plan.main_class = "org.jzx.WordCount";
    return plan;
  }

  /// That one job runs, the named one, and nothing is under way.
  void expect_one_job(std::uint32_t parallelism) {
    ASSERT_THAT(jobs.running(), ::testing::ElementsAre(named));
    EXPECT_EQ(jobs.parallelism_of(named), parallelism);
    EXPECT_FALSE(files.exists(kJournalPath));
  }

  SimClock clock;
  MemoryFileSystem files;
  SimFlinkJobs jobs;
  std::string named = kOldJob;
  std::set<std::string> ended;
  std::vector<std::string> strays;   ///< that were told of
  std::vector<std::string> doubles;  ///< that were told of
  bool tm_stays = false;
  std::string said_of_tm = "cannot be reached over ssh";

 private:
  std::uint64_t ids_ = 0;
};

}  // namespace temblor::elastic
