#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "testing/sim_network.h"

namespace temblor::rocketmq {

/// Thrown out of a wait when a simulated process dies. Tests catch it and let go of all that the process held.
struct SimDeath {};

/// The network's clock for who sleeps: the network goes on meanwhile.
class SimNetworkClock final : public Clock {
 public:
  SimNetworkClock(SimClock& clock, SimNetwork& network) : clock_(clock), network_(network) {}

  [[nodiscard]] Timestamp now() const override { return clock_.now(); }
  [[nodiscard]] std::chrono::nanoseconds monotonic() const override { return clock_.monotonic(); }
  void sleep_for(std::chrono::nanoseconds duration) override {
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    network_.wait(lock, never, duration, [] { return false; });
  }

 private:
  SimClock& clock_;
  SimNetwork& network_;
};

/// What one client has of a simulated network, so that several can be on it, one after the other or side by side.
/// Nothing of a client is called any more once its transport has stopped.
class SimTransport final : public Transport {
 public:
  /// `dies_at` is looked at in each wait: from that moment of the network's clock on it throws SimDeath, once.
  SimTransport(SimNetwork& network, std::optional<std::chrono::nanoseconds>& dies_at)
      : network_(network), dies_at_(dies_at) {}

  void post(std::function<void()> task) override { network_.post(while_alive(std::move(task))); }
  void after(std::chrono::nanoseconds delay, std::function<void()> task) override {
    network_.after(delay, while_alive(std::move(task)));
  }
  bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::chrono::nanoseconds limit,
            const std::function<bool()>& done) override {
    if (!dies_at_) return network_.wait(lock, changed, limit, done);
    const auto dead_or_done = [&] { return network_.now() >= *dies_at_ || done(); };
    network_.wait(lock, changed, std::min(limit, std::max(*dies_at_ - network_.now(), {})), dead_or_done);
    if (network_.now() < *dies_at_) return done();
    dies_at_.reset();
    throw SimDeath();
  }
  [[nodiscard]] std::chrono::nanoseconds now() const override { return network_.now(); }
  [[nodiscard]] Timestamp wall_clock() const override { return network_.wall_clock(); }
  void connect(const Endpoint& to, std::chrono::nanoseconds limit,
               std::function<void(Result<std::unique_ptr<Stream>>)> done) override {
    network_.connect(to, limit, [this, alive = alive_, done = std::move(done)](Result<std::unique_ptr<Stream>> made) {
      if (!*alive) return;
      if (!made) return done(tl::unexpected(made.error()));
      const std::shared_ptr<Stream> stream = std::move(*made);
      streams_.push_back(stream);
      done(std::make_unique<Shared>(stream));
    });
  }
  void stop() override {
    *alive_ = false;
    // As the kernel does for a process that is gone.
    for (const auto& weak : streams_) {
      if (const auto stream = weak.lock()) stream->close();
    }
  }

 private:
  class Shared final : public Stream {
   public:
    explicit Shared(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
    void read_some(std::span<char> into, std::function<void(Result<std::size_t>)> done) override {
      stream_->read_some(into, std::move(done));
    }
    void write(std::string_view bytes, std::function<void(Result<void>)> done) override {
      stream_->write(bytes, std::move(done));
    }
    void close() override { stream_->close(); }

   private:
    std::shared_ptr<Stream> stream_;
  };

  [[nodiscard]] std::function<void()> while_alive(std::function<void()> task) const {
    return [alive = alive_, task = std::move(task)] {
      if (*alive) task();
    };
  }

  SimNetwork& network_;
  std::optional<std::chrono::nanoseconds>& dies_at_;
  std::vector<std::weak_ptr<Stream>> streams_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace temblor::rocketmq
