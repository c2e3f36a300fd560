#include "cli/answer.h"
#include "cli/elastic.h"
#include "cli/stop_signal.h"
#include "elastic/announcer.h"
#include "elastic/rounds.h"
#include "elastic/scaler.h"
#include "elastic/texts.h"

namespace temblor {
namespace {

constexpr Milliseconds kLook{100};
constexpr Milliseconds kPredecessorPatience{30'000};

/// Waits, and looks whether it is to stop.
void sleep_until_stop(Clock& clock, Milliseconds wait, const std::atomic<bool>& stop) {
  const auto end = clock.monotonic() + wait;
  while (!stop && clock.monotonic() < end) clock.sleep_for(kLook);
}

/// A service that ends gives way in a moment; one that goes on holds the lock.
Result<std::unique_ptr<FileLock>> only_loop(const Environment& environment, const elastic::Conf& conf,
                                            const std::atomic<bool>& stop) {
  TEMBLOR_TRY(environment.files.create_directories(conf.metrics_dir));
  const auto end = environment.clock.monotonic() + kPredecessorPatience;
  while (true) {
    auto lock = environment.files.lock(conf.metrics_dir + "/loop.lock");
    if (lock || stop || environment.clock.monotonic() > end) return lock;
    sleep_until_stop(environment.clock, kLook, stop);
  }
}

}  // namespace

Result<int> elastic_loop(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Takes samples and decisions again and again, every LOOP_INTERVAL, until it is told to stop (SIGTERM).",
               "temblor elastic loop");
  TEMBLOR_ASSIGN(const ElasticArguments asked, parse_elastic_arguments(app, arguments, environment));
  if (asked.help) return print(environment, *asked.help);
  const std::atomic<bool>& stop = stop_on_signal();
  TEMBLOR_ASSIGN(const auto lock, only_loop(environment, asked.conf, stop));

  PosixPrograms programs;
  elastic::Scaler scaler(environment, programs, asked.conf_path, /*shown=*/false);
  elastic::Announcer log(environment.files, environment.clock, asked.conf.log_dir, /*shown=*/false);
  const elastic::Texts texts(asked.conf.elastic_lang);
  log.write(texts.loop_begins(asked.conf.loop_interval));
  Milliseconds interval = asked.conf.loop_interval;
  elastic::Rounds rounds(environment, scaler, asked.conf);
  while (!stop) {
    if (const auto conf = scaler.conf()) interval = conf->conf.loop_interval;
    static_cast<void>(rounds.next());  // the next one tries again
    sleep_until_stop(environment.clock, interval, stop);
  }
  log.write(texts.loop_ends());
  return 0;
}

}  // namespace temblor
