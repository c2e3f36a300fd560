#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "connectors/rocketmq/frame.h"
#include "connectors/rocketmq/transport.h"
#include "generator/split_mix.h"
#include "testing/sim_clock.h"

namespace temblor::rocketmq {

/// A network in memory with a clock of its own: one thread, and the same course of events for the same seed. A caller
/// that waits makes time go on. Bytes arrive late and in pieces.
class SimNetwork final : public Transport {
 public:
  /// Sends an answer's bytes on the connection that a request came on.
  using Reply = std::function<void(const std::string& bytes)>;
  /// What a server does with a request.
  using Serve = std::function<void(std::uint64_t connection, const Frame& request, const Reply& reply)>;

  SimNetwork(SimClock& clock, std::uint64_t seed) : clock_(clock), random_(seed, 0) {}

  /// From now on a server answers at `at`. Closed: its connections are cut, and new ones refused.
  void listen(const Endpoint& at, Serve serve) { servers_[at] = std::move(serve); }
  void close(const Endpoint& at);
  /// Cuts one connection; `closed` (see on_close) hears of it.
  void cut(std::uint64_t connection);
  [[nodiscard]] bool is_open(std::uint64_t connection) const { return links_.count(connection) > 0; }
  void on_close(std::function<void(std::uint64_t connection)> closed) { closed_ = std::move(closed); }

  /// A number below `bound`, from the seed.
  std::uint32_t random(std::uint32_t bound) { return scale(static_cast<std::uint32_t>(random_.next() >> 32U), bound); }

  void post(std::function<void()> task) override { after(std::chrono::nanoseconds(0), std::move(task)); }
  bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::chrono::nanoseconds limit,
            const std::function<bool()>& done) override;
  [[nodiscard]] std::chrono::nanoseconds now() const override { return clock_.monotonic(); }
  [[nodiscard]] Timestamp wall_clock() const override { return clock_.now(); }
  void after(std::chrono::nanoseconds delay, std::function<void()> task) override;
  void connect(const Endpoint& to, std::chrono::nanoseconds limit,
               std::function<void(Result<std::unique_ptr<Stream>>)> done) override;
  void stop() override { events_.clear(); }

 private:
  class SimStream;
  struct Link;

  void run_one();
  void deliver(const std::shared_ptr<Link>& link, const std::string& bytes);
  void pass(const std::shared_ptr<Link>& link);
  void serve(const std::shared_ptr<Link>& link, std::string_view bytes);
  std::chrono::nanoseconds delay();

  SimClock& clock_;
  SplitMix64 random_;
  std::map<std::pair<std::chrono::nanoseconds, std::uint64_t>, std::function<void()>> events_;
  std::uint64_t event_ = 0;
  std::map<Endpoint, Serve> servers_;
  std::map<std::uint64_t, std::shared_ptr<Link>> links_;
  std::uint64_t link_ = 0;
  std::function<void(std::uint64_t)> closed_;
};

}  // namespace temblor::rocketmq
