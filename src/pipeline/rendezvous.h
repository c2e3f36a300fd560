#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace temblor {

/// Where workers meet for a barrier. The coordinator calls everybody in, does its work while all of them stand still,
/// and lets them go. Workers look in between two batches; that costs them one relaxed load.
class Rendezvous {
 public:
  explicit Rendezvous(std::size_t workers) : working_(workers) {}

  /// Worker: whether the coordinator is calling.
  [[nodiscard]] bool called() const { return called_.load(std::memory_order_relaxed); }

  /// Worker: stands still until released. Everything it did before is seen by the coordinator.
  void wait() {
    std::unique_lock lock(mutex_);
    if (!called()) return;
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !called(); });
    --waiting_;
    changed_.notify_all();
  }

  /// Worker: will not come again.
  void leave() {
    const std::scoped_lock lock(mutex_);
    --working_;
    changed_.notify_all();
  }

  /// Coordinator: runs `work` while all workers stand still or have left. They go on also where it throws.
  template <class Work>
  void hold(Work&& work) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ == 0; });  // those of the last time have gone on
    called_.store(true, std::memory_order_relaxed);
    changed_.wait(lock, [&] { return waiting_ == working_; });
    const Release release{*this};
    work();
  }

  /// Coordinator: waits until all workers have left, at most for `timeout`; whether they have.
  template <class Duration>
  bool wait_for_all_to_leave(Duration timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return working_ == 0; });
  }

 private:
  struct Release {
    explicit Release(Rendezvous& held) : rendezvous(held) {}
    Release(const Release&) = delete;
    Release& operator=(const Release&) = delete;
    ~Release() {
      rendezvous.called_.store(false, std::memory_order_relaxed);
      rendezvous.changed_.notify_all();
    }
    Rendezvous& rendezvous;
  };

  std::atomic<bool> called_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t working_;
  std::size_t waiting_ = 0;
};

}  // namespace temblor
