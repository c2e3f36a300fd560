#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "connectors/rocketmq/client.h"

namespace temblor::rocketmq {

/// Tells when all can be read that some brokers have stored by now.
///
/// A broker acknowledges a message before it shows it to readers, some 0.2 s and under load seconds. What it stores
/// later is not waited for: others may write to it all the time. Blocking; see Client.
class StoredUntilNow {
 public:
  /// `brokers`: their names.
  StoredUntilNow(Client& client, const std::set<std::string>& brokers);

  /// Asks those that were not ready yet; whether all are. An error where one does not answer: look again.
  Result<bool> is_readable();

 private:
  Client& client_;
  std::map<std::string, std::optional<std::uint64_t>> waited_for_;  ///< up to where in the log; none: not asked yet
};

}  // namespace temblor::rocketmq
