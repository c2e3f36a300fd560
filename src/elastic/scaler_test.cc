#include "elastic/scaler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "elastic/decision_log.h"
#include "elastic/explain.h"
#include "elastic/rescale_journal.h"
#include "elastic/rounds.h"
#include "testing/flink_server.h"
#include "testing/memory_file_system.h"
#include "testing/sim_clock.h"

namespace temblor::elastic {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kJob = "0b5da5e0b92307946d891584f93dcefe";
const std::string kNewJob = "11111111111111111111111111111111";
const std::string kOtherJob = "22222222222222222222222222222222";

/// Starts and ends TaskManagers of the server instead of processes.
class ServedPrograms final : public Programs {
 public:
  explicit ServedPrograms(FlinkServer& flink) : flink_(flink) {}

  Result<ProgramEnd> run(const std::vector<std::string>& words, Milliseconds /*limit*/) override {
    std::string line;
    for (const std::string& word : words) line += word + " ";
    if (is_broken) return ProgramEnd{.status = 255, .output = "Connection refused"};
    if (starts_none && line.find("taskmanager.sh") != std::string::npos) return ProgramEnd{};
    if (const std::size_t at = line.find("temblor-"); line.find("taskmanager.sh") != std::string::npos) {
      const std::string id = line.substr(at, line.find_first_of("' ", at) - at);
      flink_.task_managers[id] = {.host = "node02", .slots = 2, .free_slots = 2};
    } else if (line.find("kill -TERM") != std::string::npos) {
      std::erase_if(flink_.task_managers, [&](const auto& each) { return line.find(each.first) != std::string::npos; });
    }
    return ProgramEnd{};
  }

  bool is_broken = false;    ///< no host can be reached
  bool starts_none = false;  ///< of TaskManagers that are started none registers

 private:
  FlinkServer& flink_;
};

/// The runbook's cluster, and a scaler that acts on it in a conf of its own.
struct ScalerTest : ::testing::Test {
  ScalerTest() {
    flink.jobs[kJob] = {};
    for (const char* id : {"tm-1", "tm-2", "tm-3"}) {
      flink.task_managers[id] = {.host = "node0" + std::string(id + 3), .slots = 2, .free_slots = 1};
    }
    for (const char* folder : {"/m", "/log", "/s", "/conf"}) EXPECT_TRUE(files.create_directories(folder));
    files.put("/w.jar", "jar");
    set("");
  }

  /// Writes the conf; what is set last is in force.
  void set(const std::string& more) {
    files.put("/conf/elastic.conf",
              "FLINK_REST_URL=" + flink.address() + "\nFLINK_JOB_ID=" + kJob +
                  "\nJOB_JAR=/w.jar\nMETRICS_DIR=/m\nLOG_DIR=/log\nSAVEPOINT_DIR=/s\nFLINK_BIN_PATH=/flink/bin\n"
                  "TASK_MANAGER_HOSTS=node01,node02,node03\nELASTIC_LANG=en\n" +
                  more);
  }

  Scaler scaler() { return {environment, programs, "/conf/elastic.conf", /*shown=*/false}; }

  void leave_behind(const RescaleJournal& journal) {
    ASSERT_TRUE(RescaleJournalFile(files, RescaleJournalFile::path_in("/m")).write(journal));
  }

  /// As it is when the old job has ended with its savepoint, and the process that would have gone on is killed.
  void leave_behind_between_the_jobs() {
    flink.jobs[kJob].state = "FINISHED";
    RescaleJournal journal;
    journal.step = RescaleStep::kStarting;
    journal.began = clock.now();
    journal.old_job = kJob;
    journal.name = "org.jzx.WordCount";
    journal.savepoint_dir = "/s";
    journal.savepoint = "/s/savepoint-0b5da5-1";
    journal.job = kNewJob;
    journal.from = 3;
    journal.to = 5;
    journal.jar = "/w.jar";
    leave_behind(journal);
  }

  /// Samples as the loop takes them, `rate` records a second in each.
  void sample(int times, double rate) {
    for (int i = 0; i < times; ++i) {
      clock.advance(10s);
      records += rate * 10;
      flink.metrics["numRecordsOut"] = std::to_string(records);
      const auto taken = scaler().collect();
      ASSERT_TRUE(taken.has_value()) << taken.error().to_line();
    }
  }

  void decide() {
    const auto decided = scaler().decide(/*dry_run=*/false);
    EXPECT_TRUE(decided.has_value()) << decided.error().to_line();
  }

  std::string text_of(const std::string& path) { return read_file(files, path, 1'000'000).value_or(""); }

  double records = 0;
  FlinkServer flink;
  SimClock clock{timestamp_from_ms(1'764'458'303'000)};
  MemoryFileSystem files;
  ServedPrograms programs{flink};
  Environment environment{clock, files, 1};
};

TEST_F(ScalerTest, TheLoopFinishesARescaleThoughNoJobRuns) {
  leave_behind_between_the_jobs();
  Scaler acts = scaler();
  const auto round = Rounds(environment, acts, Conf{.log_dir = "/log"}).next();
  EXPECT_TRUE(round.has_value()) << round.error().to_line();
  EXPECT_THAT(flink.running(), ElementsAre(kNewJob));
  EXPECT_EQ(flink.jobs[kNewJob].parallelism, 5U);
  EXPECT_THAT(text_of("/conf/elastic.conf"), HasSubstr("\nFLINK_JOB_ID=" + kNewJob + "\n"));
  EXPECT_FALSE(files.exists("/m/rescale.json"));
  const auto events = DecisionLog(files, "/m").events(10);
  ASSERT_TRUE(events && events->size() == 1U);
  EXPECT_THAT(list_events(*events, Texts(Language::kEnglish)), HasSubstr("parallelism 3 -> 5  done"));
}

TEST_F(ScalerTest, FollowsAJobThatAPersonHasStartedMeanwhile) {
  leave_behind_between_the_jobs();
  const std::string theirs = "77777777777777777777777777777777";
  flink.jobs[theirs] = {};
  decide();
  EXPECT_THAT(flink.running(), ElementsAre(theirs));
  EXPECT_THAT(text_of("/conf/elastic.conf"), HasSubstr("\nFLINK_JOB_ID=" + theirs + "\n"));
  EXPECT_THAT(text_of("/log/alert.log"), HasSubstr("[ERROR] job " + kJob + ": others have started job " + theirs +
                                                   " in its place, which is named in the conf now"));
  EXPECT_FALSE(files.exists("/m/rescale.json"));
}

TEST_F(ScalerTest, FinishesARescaleThoughTheWorkersAreNotKnown) {
  set("TASK_MANAGER_HOSTS=\n");
  leave_behind_between_the_jobs();
  const auto decided = scaler().decide(/*dry_run=*/false);
  EXPECT_TRUE(decided.has_value()) << decided.error().to_line();
  EXPECT_THAT(flink.running(), ElementsAre(kNewJob));
}

TEST_F(ScalerTest, AJobThatComesThroughLateIsCancelledAndToldOf) {
  RescaleJournal journal;
  journal.old_job = journal.job = kJob;
  journal.strays = {kNewJob};
  journal.over = clock.now();
  leave_behind(journal);
  flink.jobs[kNewJob] = {};
  Scaler acts = scaler();
  Rounds rounds(environment, acts, Conf{.log_dir = "/log"});
  {
    const auto lock = files.lock("/m/actions.lock");
    EXPECT_FALSE(rounds.next().has_value());
    EXPECT_NE(text_of("/m/history_metrics.log"), "") << "it keeps nobody from a sample";
  }
  EXPECT_TRUE(rounds.next().has_value());
  EXPECT_THAT(flink.running(), ElementsAre(kJob));
  for (const char* log : {"/log/alert.log", "/log/elastic_schedule.log"}) {
    EXPECT_THAT(text_of(log), HasSubstr("job " + kNewJob + " had been given up, came through late and is cancelled"));
  }
  EXPECT_TRUE(rounds.next().has_value());
  EXPECT_FALSE(files.exists("/m/rescale.json"));
}

TEST_F(ScalerTest, GrowsNotBeyondTheMaximumOfTheJob) {
  flink.jobs[kJob].max_parallelism = 3;
  sample(8, 5000);
  decide();
  EXPECT_THAT(flink.running(), ElementsAre(kJob));
  EXPECT_THAT(text_of("/log/elastic_schedule.log"), HasSubstr("the job's maximum parallelism is 3"));
}

TEST_F(ScalerTest, WaitsLongerAfterEachRescaleThatWentBack) {
  flink.runs_at_most = 4;
  const auto submissions = [&] {
    return std::count(flink.asked().begin(), flink.asked().end(), "POST /jars/temblor.jar/run");
  };
  int rounds = 0;
  for (; submissions() < 4 && rounds < 100; ++rounds) {
    sample(1, 5000);
    decide();
  }
  EXPECT_EQ(submissions(), 4) << "there and back, twice";
  EXPECT_EQ(flink.running().size(), 1U);
  EXPECT_EQ(read_memory(files, "/m")->failed_rescales, 2);
  EXPECT_THAT(text_of("/log/elastic_schedule.log"), HasSubstr("1 changes of parallelism in a row went back"));
  flink.runs_at_most = 100;
  for (; submissions() < 5 && rounds < 200; ++rounds) {
    sample(1, 5000);
    decide();
  }
  EXPECT_EQ(read_memory(files, "/m")->failed_rescales, 0);
}

TEST_F(ScalerTest, ATaskManagerThatStaysIsAFailure) {
  // All are in use, so that the job is moved out of the way of one.
  flink.task_managers["tm-4"] = {.host = "node03", .slots = 2, .free_slots = 1};
  sample(8, 500);
  programs.is_broken = true;
  decide();
  EXPECT_EQ(flink.running().size(), 1U);
  EXPECT_EQ(flink.task_managers.size(), 4U);
  const auto record = DecisionLog(files, "/m").newest();
  ASSERT_TRUE(record && *record && (*record)->outcomes.size() == 1U);
  EXPECT_FALSE((*record)->outcomes[0].done);
  EXPECT_THAT((*record)->outcomes[0].error, HasSubstr("has not ended: node03: cannot be reached over ssh"));
  EXPECT_THAT(text_of("/log/alert.log"), HasSubstr("[ERROR] TaskManager tm-"));
}

TEST_F(ScalerTest, ATaskManagerThatDoesNotRegisterIsAnAlertAndNotACount) {
  set("CPU_LOAD_UPPER=0.005\nCPU_LOAD_LOWER=0.001\n");
  programs.starts_none = true;
  sample(8, 500);
  decide();
  EXPECT_THAT(text_of("/log/alert.log"), HasSubstr("[ERROR] node02: its new TaskManager has not registered after 1m"));
  const std::string log = text_of("/log/elastic_schedule.log");
  EXPECT_THAT(log, HasSubstr("the new TaskManager on node02 has not registered within 60 s, it is not counted"));
  EXPECT_THAT(log, ::testing::Not(HasSubstr("has a new TaskManager")));
  const auto record = DecisionLog(files, "/m").newest();
  ASSERT_TRUE(record && *record && (*record)->outcomes.size() == 1U);
  EXPECT_FALSE((*record)->outcomes[0].done);
  programs.starts_none = false;
  sample(8, 500);
  decide();
  EXPECT_EQ(flink.task_managers.size(), 4U);
  EXPECT_THAT(text_of("/log/alert.log"), HasSubstr("[INFO] trouble over: TaskManagers 3 -> 4"));
}

TEST_F(ScalerTest, TheJobIsMovedOffTheHostWithTheMostTaskManagers) {
  // All are in use, and the least are those that are alone on their hosts.
  flink.jobs[kJob].parallelism = 6;
  flink.task_managers["tm-3"].free_slots = 0;
  flink.task_managers["tm-4"] = {.host = "node03", .slots = 2, .free_slots = 0};
  sample(8, 500);
  decide();
  std::vector<std::string> left;
  for (const auto& [id, each] : flink.task_managers) left.push_back(id);
  EXPECT_THAT(left, ElementsAre("tm-1", "tm-2", "tm-4"));
  EXPECT_EQ(flink.running().size(), 1U);
  EXPECT_EQ(flink.jobs[flink.running()[0]].parallelism, 6U);
}

TEST_F(ScalerTest, TheJobIsMovedOffATaskManagerThatNoOtherJobUses) {
  flink.task_managers["tm-4"] = {.host = "node03", .slots = 2, .free_slots = 1};
  flink.jobs[kOtherJob] = {.name = "other", .task_managers = {"tm-3", "tm-4"}};
  sample(8, 500);
  decide();
  EXPECT_EQ(flink.task_managers.size(), 3U);
  for (const char* used : {"tm-3", "tm-4"}) EXPECT_TRUE(flink.task_managers.contains(used));
  EXPECT_EQ(flink.running().size(), 2U);
}

TEST_F(ScalerTest, TheJobIsNotMovedWhereOtherJobsUseEachTaskManager) {
  flink.task_managers["tm-4"] = {.host = "node03", .slots = 2, .free_slots = 1};
  flink.jobs[kOtherJob] = {.name = "other", .task_managers = {"tm-1", "tm-2", "tm-3", "tm-4"}};
  sample(8, 500);
  decide();
  EXPECT_EQ(flink.task_managers.size(), 4U);
  EXPECT_THAT(flink.running(), ElementsAre(kJob, kOtherJob));
  EXPECT_THAT(text_of("/log/alert.log"), HasSubstr("none can be ended: other jobs use each, job " + kOtherJob));
}

TEST_F(ScalerTest, ATaskManagerThatAnotherJobHasComeToUseIsNotEnded) {
  leave_behind_between_the_jobs();
  auto journal = RescaleJournalFile(files, "/m/rescale.json").read();
  ASSERT_TRUE(journal && *journal);
  (*journal)->step = RescaleStep::kEndingTm;
  (*journal)->task_manager = "tm-3";
  leave_behind(**journal);
  flink.jobs[kOtherJob] = {.name = "other", .task_managers = {"tm-3"}};
  decide();
  EXPECT_TRUE(flink.task_managers.contains("tm-3"));
  EXPECT_THAT(flink.running(), ElementsAre(kNewJob, kOtherJob));
  EXPECT_THAT(text_of("/log/alert.log"),
              HasSubstr("[ERROR] TaskManager tm-3: has not ended: node03: job " + kOtherJob + " has come to use it"));
}

TEST_F(ScalerTest, TheSecondActionIsOfTheJobThatTheFirstHasStarted) {
  // Jobs that are not called after their main class are found by their id alone.
  for (const char* id : {"tm-4", "tm-5"}) flink.task_managers[id] = {.host = "node02", .slots = 2, .free_slots = 2};
  flink.jobs[kJob] = {.name = "words", .parallelism = 5};
  flink.submitted_name = "words";
  sample(12, 10);
  decide();
  const auto record = DecisionLog(files, "/m").newest();
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((*record)->decision.actions.size(), 2U);
  ASSERT_EQ((*record)->outcomes.size(), 2U);
  EXPECT_TRUE((*record)->outcomes[0].done) << (*record)->outcomes[0].error;
  EXPECT_TRUE((*record)->outcomes[1].done) << (*record)->outcomes[1].error;
  EXPECT_EQ(flink.task_managers.size(), 4U);
}

TEST_F(ScalerTest, EachTroubleOfTheLoopIsAnAlertOfItsOwn) {
  Scaler acts = scaler();
  Rounds rounds(environment, acts, Conf{.log_dir = "/log"});
  flink.jobs[kJob].state = "FAILED";
  EXPECT_FALSE(rounds.next().has_value());
  set("FLINK_REST_URL=http://127.0.0.1:1\n");
  EXPECT_FALSE(rounds.next().has_value());
  EXPECT_FALSE(rounds.next().has_value());
  const auto count = [this](std::string_view what) {
    const std::string log = text_of("/log/alert.log");
    int times = 0;
    for (std::size_t at = log.find(what); at != std::string::npos; at = log.find(what, at + 1)) ++times;
    return times;
  };
  EXPECT_EQ(count("[ERROR] FLINK_JOB_ID"), 1);
  EXPECT_EQ(count("[ERROR] http://127.0.0.1:1: cannot be reached"), 1);
  set("");
  flink.jobs[kJob].state = "RUNNING";
  EXPECT_TRUE(rounds.next().has_value());
  EXPECT_EQ(count("[INFO] trouble over"), 2);
}

TEST_F(ScalerTest, ThatAnotherProcessActsIsNoAlert) {
  Scaler acts = scaler();
  Rounds rounds(environment, acts, Conf{.log_dir = "/log"});
  const auto lock = files.lock("/m/actions.lock");
  EXPECT_FALSE(rounds.next().has_value());
  leave_behind_between_the_jobs();
  EXPECT_FALSE(rounds.next().has_value());
  EXPECT_THAT(flink.running(), ::testing::IsEmpty());
  EXPECT_EQ(text_of("/log/alert.log"), "");
  EXPECT_THAT(text_of("/log/elastic_schedule.log"), HasSubstr("/m/actions.lock: is held by another process"));
}

TEST_F(ScalerTest, CallsOffAnAlertOfWhatIsNotWantedAnyMore) {
  flink.task_managers["tm-4"] = {.host = "node03", .slots = 2, .free_slots = 1};
  sample(8, 500);
  programs.is_broken = true;
  decide();
  EXPECT_THAT(text_of("/log/alert.log"), HasSubstr("[ERROR] TaskManager tm-"));
  flink.task_managers.erase("tm-4");
  sample(3, 500);
  decide();
  EXPECT_THAT(text_of("/log/alert.log"), ::testing::Not(HasSubstr("[INFO]"))) << "too early to tell";
  sample(12, 500);
  decide();
  EXPECT_THAT(text_of("/log/alert.log"), HasSubstr("[INFO] trouble over: task managers"));
}

TEST_F(ScalerTest, CancelsASourceOfTheOldKindAndStopsAnyOther) {
  sample(8, 5000);
  decide();
  EXPECT_TRUE(flink.was_asked("POST /jobs/" + kJob + "/stop"));
  const std::string second = flink.running().at(0);
  flink.metrics["busyTimeMsPerSecond"] = "\"NaN\"";
  sample(8, 5000);
  decide();
  EXPECT_TRUE(flink.was_asked("POST /jobs/" + second + "/savepoints"));
  EXPECT_FALSE(flink.was_asked("POST /jobs/" + second + "/stop"));
}

TEST_F(ScalerTest, LeavesAJobAloneWhoseSourcesAreNotMeasured) {
  sample(8, 5000);
  flink.metrics.clear();
  decide();
  EXPECT_THAT(flink.running(), ElementsAre(kJob));
  EXPECT_THAT(text_of("/log/elastic_schedule.log"), HasSubstr("has no metrics yet"));
}

/// Two more TaskManagers than the job needs, and the parallelism is to shrink first: what happens meanwhile comes from
/// others.
struct ChangedMeanwhileTest : ScalerTest {
  ChangedMeanwhileTest() {
    for (const char* id : {"tm-4", "tm-5"}) flink.task_managers[id] = {.host = "node02", .slots = 2, .free_slots = 2};
    flink.jobs[kJob].parallelism = 5;
    sample(12, 10);
  }

  DecisionRecord decided() {
    decide();
    const auto record = DecisionLog(files, "/m").newest();
    EXPECT_TRUE(record && *record && (*record)->outcomes.size() == 2U);
    return record && *record ? **record : DecisionRecord{};
  }
};

TEST_F(ChangedMeanwhileTest, RemovesNoTaskManagerWhereOthersHaveDone) {
  flink.after_run = [this] {
    flink.task_managers.erase("tm-4");
    flink.task_managers.erase("tm-5");
  };
  EXPECT_TRUE(decided().outcomes[1].done);
  EXPECT_EQ(flink.task_managers.size(), 3U);
}

TEST_F(ChangedMeanwhileTest, RemovesNoTaskManagerWhoseSlotsAreNeeded) {
  flink.after_run = [this] {
    for (auto& [id, each] : flink.task_managers) each.free_slots = 0;
    flink.task_managers["tm-5"].free_slots = 1;
  };
  const DecisionRecord record = decided();
  EXPECT_FALSE(record.outcomes[1].done);
  EXPECT_THAT(record.outcomes[1].error, HasSubstr("9 slots are needed, and one fewer would leave 8"));
  EXPECT_EQ(flink.task_managers.size(), 5U);
}

}  // namespace
}  // namespace temblor::elastic
