#pragma once

#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "elastic/conf.h"
#include "elastic/hosts.h"
#include "flink_rest/client.h"

namespace temblor::elastic {

/// What one trial came to.
struct Trial {
  std::string what;           ///< "ssh node02"
  Result<std::string> found;  ///< what there is, or what is wrong and what to do about it
};

/// Tries, before anything is at stake, all that scaling will need: the REST API, the job, its jar, each worker over
/// ssh, Flink's scripts there, and that SAVEPOINT_DIR is the same place on all of them (a file is made there, looked
/// for from each, and removed; `token` is its content and part of its name). Changes nothing else.
std::vector<Trial> check(flink_rest::Client& client, FileSystem& files, Hosts& hosts, const Conf& conf,
                         const Result<std::vector<std::string>>& workers, const std::string& token);

}  // namespace temblor::elastic
