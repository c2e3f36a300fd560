#include "elastic/scaler.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "elastic/action_run.h"
#include "elastic/announcer.h"
#include "elastic/decide.h"
#include "elastic/decision_log.h"
#include "elastic/explain.h"
#include "elastic/file_tail.h"
#include "elastic/fleet.h"
#include "elastic/gather.h"
#include "elastic/history.h"
#include "elastic/measure.h"
#include "elastic/observe.h"
#include "elastic/pause.h"
#include "elastic/texts.h"
#include "elastic/webhook.h"
#include "flink_rest/addresses.h"

namespace temblor::elastic {
namespace {

constexpr Milliseconds kCommandPatience{30'000};
// Most of what another process does under the lock is over in a moment; a rescale is not.
constexpr Milliseconds kLockPatience{5'000};
constexpr Milliseconds kLockPoll{100};
constexpr const char* kLoopTrouble = "loop ";  // and its place

}  // namespace

/// The cluster as the conf names it.
struct Scaler::Connection {
  flink_rest::Client client;
  flink_rest::Metrics metrics;
  flink_rest::Client patient;  ///< for what takes its time
};

Result<Scaler::Connection> Scaler::connect(const Conf& conf) {
  TEMBLOR_ASSIGN(flink_rest::Http http, flink_rest::Http::at(conf.flink_rest_url, conf.rest_timeout));
  TEMBLOR_ASSIGN(flink_rest::Http other, flink_rest::Http::at(conf.flink_rest_url, conf.rest_timeout));
  // A JobManager runs the job's main before it answers: what is heard too late may have begun all the same.
  TEMBLOR_ASSIGN(flink_rest::Http patient,
                 flink_rest::Http::at(conf.flink_rest_url, std::max(conf.rest_timeout, flink_rest::Http::kPatience)));
  return Connection{flink_rest::Client(std::move(http)), flink_rest::Metrics(std::move(other)),
                    flink_rest::Client(std::move(patient))};
}

Result<Collected> Scaler::collect() {
  TEMBLOR_ASSIGN(const ReadConf read, conf());
  const Conf& conf = read.conf;
  TEMBLOR_ASSIGN(Connection cluster, connect(conf));
  TEMBLOR_ASSIGN(const FoundJob job, find_job(cluster.client, conf));
  TEMBLOR_ASSIGN(const Observation seen, observe(cluster.client, cluster.metrics, job.id, environment_.clock.now()));
  History history(environment_.files, conf.metrics_dir);
  TEMBLOR_ASSIGN(const std::optional<Sample> before, history.newest(seen.time));
  const Sample sample = measure(before ? &*before : nullptr, seen);
  TEMBLOR_TRY(history.append(sample));
  Collected collected{.line = sample_line(sample), .note = {}};
  if (job.was_searched) collected.note = Texts(conf.elastic_lang).job_found(job.id);
  TEMBLOR_TRY(append_line(environment_.files, conf.log_dir + "/collect_metrics.log", collected.line));
  return collected;
}

struct Scaler::Workplace {
  Workplace(const Scaler& scaler, const Conf& conf, Alerts alerts_of_conf, Connection connection)
      : texts(conf.elastic_lang),
        log(scaler.environment_.files, scaler.environment_.clock, conf.log_dir, scaler.shown_),
        alerts(std::move(alerts_of_conf)),
        cluster(std::move(connection)),
        hosts(scaler.programs_, {host_name()}, conf.ssh_timeout),
        task_managers(hosts, conf.flink_bin_path),
        fleet(cluster.client, task_managers, scaler.environment_.clock, conf, texts,
              workers_of(scaler.environment_.files, conf), flink_rest::addresses_of,
              [this](const std::string& line) { log.write(line); }),
        run(scaler.environment_, conf, scaler.conf_path_, texts, log, alerts, cluster.client, cluster.patient, fleet) {}

  Texts texts;
  Announcer log;
  Alerts alerts;
  Connection cluster;
  Hosts hosts;
  TaskManagers task_managers;
  Fleet fleet;
  ActionRun run;
};

Result<std::unique_ptr<Scaler::Workplace>> Scaler::workplace(const Conf& conf) {
  TEMBLOR_ASSIGN(Connection cluster, connect(conf));
  return std::make_unique<Workplace>(*this, conf, alerts_of(conf), std::move(cluster));
}

Result<std::unique_ptr<FileLock>> Scaler::lock_actions(const Conf& conf, Milliseconds patience) {
  TEMBLOR_TRY(environment_.files.create_directories(conf.metrics_dir));
  const auto end = environment_.clock.monotonic() + patience;
  while (true) {
    auto lock = environment_.files.lock(conf.metrics_dir + "/actions.lock");
    if (lock || !is_held(lock.error()) || environment_.clock.monotonic() > end) return lock;
    environment_.clock.sleep_for(kLockPoll);
  }
}

Result<bool> Scaler::finish() {
  TEMBLOR_ASSIGN(const ReadConf read, conf());
  const auto journal =
      RescaleJournalFile(environment_.files, RescaleJournalFile::path_in(read.conf.metrics_dir)).read();
  // Where nothing was left behind nobody is kept waiting for the lock, nor where it is only watched whether something
  // comes through: the next round will see it.
  if (journal && !*journal) return false;
  const bool only_watches = journal && (*journal)->over;
  auto finished = [&]() -> Result<bool> {
    const auto lock = lock_actions(read.conf, only_watches ? Milliseconds(0) : kLockPatience);
    if (!lock && only_watches && is_held(lock.error())) return false;
    if (!lock) return tl::unexpected(lock.error());
    return finish_locked(read.conf);
  }();
  if (!finished) {
    Announcer(environment_.files, environment_.clock, read.conf.log_dir, shown_)
        .write(Texts(read.conf.elastic_lang).failed(finished.error().to_line()));
  }
  return finished;
}

Result<bool> Scaler::finish_locked(const Conf& conf) {
  TEMBLOR_ASSIGN(const auto work, workplace(conf));
  TEMBLOR_ASSIGN(const std::optional<Taken> finished, work->run.finish_what_was_begun());
  if (!finished) return false;
  Clock& clock = environment_.clock;
  const Action& action = finished->action;
  // For the record alone: what cannot be seen is left out of it.
  const auto seen = observe(work->cluster.client, work->cluster.metrics, finished->job, clock.now());
  const Cluster cluster = seen ? cluster_of(*seen) : Cluster{.parallelism = action.from};
  TEMBLOR_ASSIGN(const Gathered then, gather(environment_.files, conf, cluster, clock.now()));
  const Finding why{action.because, static_cast<double>(action.from), static_cast<double>(action.to)};
  DecisionRecord record = record_of(then.situation, {.findings = {why}, .actions = {action}});
  record.outcomes = {finished->outcome};
  const auto spent = spend(environment_.files, then.situation, record.decision.actions, clock.now(), record.outcomes);
  TEMBLOR_TRY(DecisionLog(environment_.files, conf.metrics_dir).append(record));
  TEMBLOR_TRY(spent);
  return true;
}

Result<void> Scaler::decide(bool dry_run) {
  TEMBLOR_ASSIGN(const ReadConf read, conf());
  const Texts texts(read.conf.elastic_lang);
  Announcer log(environment_.files, environment_.clock, read.conf.log_dir, shown_);
  log.write(texts.decision_begins());
  for (const std::string& warning : read.warnings) log.write(warning);
  auto decided = [&]() -> Result<void> {
    TEMBLOR_ASSIGN(const auto lock, lock_actions(read.conf, kLockPatience));
    if (!dry_run) {
      TEMBLOR_ASSIGN(const bool finished, finish_locked(read.conf));
      if (finished) return {};
    }
    return decide_locked(read.conf, dry_run);
  }();
  if (!decided) log.write(texts.failed(decided.error().to_line()));
  return decided;
}

Result<void> Scaler::decide_locked(const Conf& conf, bool dry_run) {
  TEMBLOR_ASSIGN(const auto work, workplace(conf));
  const Texts& texts = work->texts;
  Announcer& log = work->log;
  Connection& cluster = work->cluster;
  Clock& clock = environment_.clock;
  FileSystem& files = environment_.files;
  TEMBLOR_ASSIGN(const FoundJob job, find_job(cluster.client, conf));
  TEMBLOR_ASSIGN(const Observation seen, observe(cluster.client, cluster.metrics, job.id, clock.now()));
  TEMBLOR_ASSIGN(const Gathered gathered, gather(files, conf, cluster_of(seen), clock.now()));
  const Samples& left_out = gathered.left_out;
  if (left_out.unreadable + left_out.from_future + left_out.out_of_order > 0) {
    log.write(texts.lines_left_out(left_out.unreadable, left_out.from_future, left_out.out_of_order));
  }
  const Situation& situation = gathered.situation;
  const Decision decision = elastic::decide(situation);
  log.write(texts.state(situation.cluster.parallelism, situation.cluster.task_managers));
  if (job.was_searched) log.write(texts.job_found(job.id));
  for (const Finding& finding : decision.findings) log.write(texts.finding(finding));

  DecisionRecord record = record_of(situation, decision);
  record.dry_run = dry_run;
  DecisionLog decisions(files, conf.metrics_dir);
  if (dry_run || decision.actions.empty()) {
    for (const Action& action : decision.actions) log.write(texts.would_do(action));
    if (!dry_run && is_settled(decision)) work->run.call_off();
    return decisions.append(record);
  }
  // Spent from the first step on: whatever becomes of this process, the next decision needs new samples.
  TEMBLOR_TRY(spend(files, situation, decision.actions, clock.now()));
  for (const Action& action : decision.actions) {
    record.outcomes.push_back(work->run.take(action, look(cluster)));
    if (!record.outcomes.back().done) break;
  }
  // Failed ones too: what has just not worked is tried again with new samples, not in the next second.
  auto spent = spend(files, situation, decision.actions, clock.now(), record.outcomes);
  TEMBLOR_TRY(decisions.append(record));
  return spent;
}

Result<Observation> Scaler::look(Connection& cluster) {
  // After a rescale the conf names another job.
  TEMBLOR_ASSIGN(const ReadConf now, conf());
  TEMBLOR_ASSIGN(const FoundJob job, find_job(cluster.client, now.conf));
  return observe(cluster.client, cluster.metrics, job.id, environment_.clock.now());
}

Result<std::string> Scaler::status() {
  TEMBLOR_ASSIGN(const ReadConf read, conf());
  const Conf& conf = read.conf;
  const Texts texts(conf.elastic_lang);
  TEMBLOR_ASSIGN(Connection cluster, connect(conf));
  std::string text;
  const auto job = find_job(cluster.client, conf);
  if (!job) text += job.error().to_line() + "\n";
  TEMBLOR_ASSIGN(const Observation seen,
                 observe(cluster.client, cluster.metrics, job ? job->id : std::string(), environment_.clock.now()));
  text += texts.state(seen.parallelism, static_cast<std::int64_t>(seen.task_managers.size())) + "\n";
  if (job) text += fmt::format("job {} {}\n", job->id, to_string(seen.job_state));
  for (const TaskManagerMetrics& each : seen.task_managers) {
    text += fmt::format("{:<16} {}/{} slots free  {}\n", each.host, each.free_slots, each.slots, each.id);
  }
  if (PauseMarker(environment_.files, conf.metrics_dir).is_set()) text += texts.paused() + "\n";
  TEMBLOR_ASSIGN(const auto newest, DecisionLog(environment_.files, conf.metrics_dir).newest());
  if (newest) text += "\n" + explain(*newest, texts);
  return text;
}

Result<std::vector<Trial>> Scaler::check() {
  TEMBLOR_ASSIGN(const ReadConf read, conf());
  TEMBLOR_ASSIGN(Connection cluster, connect(read.conf));
  Hosts hosts(programs_, {host_name()}, read.conf.ssh_timeout);
  const std::string token = fmt::format("{:016x}", environment_.hash_seed);
  return elastic::check(cluster.client, environment_.files, hosts, read.conf, workers_of(environment_.files, read.conf),
                        token);
}

Result<void> Scaler::alert(const std::string& level, const std::string& message) {
  TEMBLOR_ASSIGN(const ReadConf read, conf());
  alerts_of(read.conf).tell(alert_level_from(level), message);
  return {};
}

void Scaler::report_trouble(const Result<void>& outcome) {
  const auto read = conf();
  if (!read) return;  // the conf names neither log nor channels; the loop's own error has said so
  const Texts texts(read->conf.elastic_lang);
  Alerts alerts = alerts_of(read->conf);
  if (outcome) {
    alerts.resolve_all(kLoopTrouble, texts.trouble_over("temblor elastic"));
  } else if (!is_held(outcome.error())) {  // that another process acts is no trouble
    // By its place, so that another trouble is not folded into the one before.
    alerts.raise(AlertLevel::kError, std::string(kLoopTrouble) + outcome.error().where, outcome.error().to_line());
  }
}

Alerts Scaler::alerts_of(const Conf& conf) {
  Alerts alerts(environment_.files, environment_.clock, conf.log_dir + "/alert.log",
                conf.metrics_dir + "/alerts_open.json", conf.alert_repeat, unwritten_troubles_);
  if (!conf.alert_command.empty()) {
    alerts.add_channel("ALERT_COMMAND", [this, command = conf.alert_command](const Alert& alert) -> Result<void> {
      const std::string level(alert.is_over ? "RESOLVED" : to_string(alert.level));
      TEMBLOR_ASSIGN(const ProgramEnd end, programs_.run({command, level, alert.message}, kCommandPatience));
      if (end.status != 0) return world_error(command, "ended with exit code " + std::to_string(end.status));
      return {};
    });
  }
  if (!conf.alert_webhook.empty()) {
    alerts.add_channel(
        "ALERT_WEBHOOK", [this, url = conf.alert_webhook, patience = conf.rest_timeout](const Alert& alert) {
          return post_to_webhook(url, webhook_message(alert, environment_.clock.now(), host_name()), patience);
        });
  }
  return alerts;
}

}  // namespace temblor::elastic
