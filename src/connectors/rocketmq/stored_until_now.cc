#include "connectors/rocketmq/stored_until_now.h"

#include "connectors/rocketmq/broker_admin.h"

namespace temblor::rocketmq {

StoredUntilNow::StoredUntilNow(Client& client, const std::set<std::string>& brokers) : client_(client) {
  for (const std::string& broker : brokers) waited_for_[broker];
}

Result<bool> StoredUntilNow::is_readable() {
  BrokerAdmin admin(client_);
  for (auto next = waited_for_.begin(); next != waited_for_.end();) {
    auto& [broker, end] = *next;
    TEMBLOR_ASSIGN(const LogEnds now, admin.log_ends(broker));
    // Shorter than it was: a broker that was ended without warning may lose what it had not written yet.
    if (!end || now.stored < *end) end = now.stored;
    if (now.readable >= *end) {
      next = waited_for_.erase(next);
    } else {
      ++next;
    }
  }
  return waited_for_.empty();
}

}  // namespace temblor::rocketmq
