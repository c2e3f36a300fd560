#include "pipeline/pipeline.h"

#include "pipeline/job_run.h"

namespace temblor {

Result<Summary> run_pipeline(Job job, const Environment& environment, const std::atomic<bool>& stop,
                             const std::function<void(const Progress&)>& watch) {
  JobRun run(std::move(job), environment);
  TEMBLOR_TRY(run.restore());
  TEMBLOR_TRY(run.open_splits());
  TEMBLOR_TRY(run.deliver_restored());
  TEMBLOR_TRY(run.read_until_done(stop, watch));
  return run.finish();
}

}  // namespace temblor
