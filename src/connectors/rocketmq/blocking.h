#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "connectors/rocketmq/transport.h"

namespace temblor::rocketmq {

/// Runs `start` on the transport's thread and waits, on a caller's, until it has called what it is given, once.
/// Whatever it starts must end by itself.
template <class T>
T wait_for(Transport& transport, std::function<void(std::function<void(T)>)> start) {
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<T> value;
  };
  const auto state = std::make_shared<State>();
  transport.post([state, start = std::move(start)] {
    start([state](T value) {
      const std::lock_guard guard(state->mutex);
      state->value = std::move(value);
      state->changed.notify_all();
    });
  });
  std::unique_lock lock(state->mutex);
  while (!transport.wait(lock, state->changed, std::chrono::minutes(1), [&] { return state->value.has_value(); })) {
  }
  return std::move(*state->value);
}

}  // namespace temblor::rocketmq
