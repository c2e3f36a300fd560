#include "elastic/gather.h"

#include <utility>

#include "elastic/decide.h"
#include "elastic/local_time.h"
#include "elastic/pause.h"

namespace temblor::elastic {

Result<Gathered> gather(FileSystem& files, const Conf& conf, const Cluster& cluster, Timestamp now) {
  Gathered gathered;
  Situation& situation = gathered.situation;
  situation.conf = conf;
  situation.cluster = cluster;
  situation.now = now;
  situation.time_of_day = local_time_of_day(now);
  situation.paused = PauseMarker(files, conf.metrics_dir).is_set();
  TEMBLOR_ASSIGN(situation.memory, read_memory(files, conf.metrics_dir));
  TEMBLOR_ASSIGN(gathered.left_out, History(files, conf.metrics_dir).read(now, situation.memory.spent_line));
  situation.samples = std::exchange(gathered.left_out.all, {});
  return gathered;
}

Result<void> spend(FileSystem& files, const Situation& situation, const std::vector<Action>& actions, Timestamp now,
                   const std::vector<Outcome>& outcomes) {
  // Anew, for others take samples in the meantime.
  TEMBLOR_ASSIGN(const Samples samples, History(files, situation.conf.metrics_dir).read(now));
  Memory memory = remember(situation.memory, actions, now, samples.newest_line, capacity_in(situation));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    // A TaskManager that goes may take a rescale too.
    const bool came_through = outcomes[i].done && actions[i].target == Target::kParallelism;
    if (outcomes[i].went_back || came_through) note_rescale(memory, outcomes[i].went_back);
  }
  return write_memory(files, situation.conf.metrics_dir, memory);
}

}  // namespace temblor::elastic
