#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "connectors/rocketmq/endpoint.h"

namespace temblor::rocketmq {

/// A connection to a server as a stream of bytes. Of the transport's thread. What is in progress when it is closed or
/// destroyed is answered with an error, or not at all.
class Stream {
 public:
  virtual ~Stream() = default;

  /// Reads at least one byte into `into`, which must stay until `done` is called with their number; one at a time.
  /// The end of the stream is an error.
  virtual void read_some(std::span<char> into, std::function<void(Result<std::size_t>)> done) = 0;
  /// Writes all of `bytes`, which must stay until `done` is called; one at a time.
  virtual void write(std::string_view bytes, std::function<void(Result<void>)> done) = 0;
  virtual void close() = 0;
};

/// What the client sees of the network and of time: a thread that does one thing after the other. Exists so that tests
/// can put a simulated network with a clock of its own in the place of TCP (testing/sim_network.h), and is the place
/// where TLS comes in: as a Stream around the one of TCP.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Runs `task` on the transport's thread, soon. Any thread may call it.
  virtual void post(std::function<void()> task) = 0;

  /// Lets a caller's thread, not the transport's, wait until `done` holds, `limit` at the most; says whether it holds.
  /// `done` is called under `lock`; `changed` is notified when it may have come to hold.
  virtual bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                    std::chrono::nanoseconds limit, const std::function<bool()>& done) = 0;

  /// Monotonic; any thread.
  [[nodiscard]] virtual std::chrono::nanoseconds now() const = 0;

  /// The wall clock; any thread.
  [[nodiscard]] virtual Timestamp wall_clock() const = 0;

  // What follows is for the transport's thread.

  /// Runs `task` after `delay`.
  virtual void after(std::chrono::nanoseconds delay, std::function<void()> task) = 0;
  /// Connects, or fails within `limit`.
  virtual void connect(const Endpoint& to, std::chrono::nanoseconds limit,
                       std::function<void(Result<std::unique_ptr<Stream>>)> done) = 0;

  /// Ends the thread: when it returns no task runs, and none will.
  virtual void stop() = 0;
};

}  // namespace temblor::rocketmq
