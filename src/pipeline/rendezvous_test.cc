#include "pipeline/rendezvous.h"

#include <gtest/gtest.h>

#include <chrono>
#include <new>
#include <thread>
#include <vector>

namespace temblor {
namespace {

TEST(Rendezvous, EverybodyStandsStillWhileTheCoordinatorWorks) {
  constexpr std::size_t kWorkers = 4;
  Rendezvous rendezvous(kWorkers);
  std::vector<std::uint64_t> steps(kWorkers);  // plain numbers: the sanitizer sees who touches them when
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < kWorkers; ++worker) {
    threads.emplace_back([&, worker] {
      while (!stop) {
        if (rendezvous.called()) rendezvous.wait();
        ++steps[worker];
      }
      rendezvous.leave();
    });
  }
  for (int round = 0; round < 200; ++round) {
    rendezvous.hold([&] {
      const auto before = steps;
      std::this_thread::yield();
      EXPECT_EQ(steps, before);
    });
  }
  stop = true;
  while (!rendezvous.wait_for_all_to_leave(std::chrono::milliseconds(100))) {
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Rendezvous, DoesNotWaitForThoseWhoLeft) {
  Rendezvous rendezvous(2);
  std::thread leaver([&] { rendezvous.leave(); });
  std::thread stayer([&] {
    while (!rendezvous.called()) std::this_thread::yield();
    rendezvous.wait();
    rendezvous.leave();
  });
  bool held = false;
  rendezvous.hold([&] { held = true; });
  EXPECT_TRUE(held);
  leaver.join();
  stayer.join();
  EXPECT_TRUE(rendezvous.wait_for_all_to_leave(std::chrono::milliseconds(0)));
  rendezvous.hold([&] { held = false; });
  EXPECT_FALSE(held) << "with nobody left it works at once";
}

TEST(Rendezvous, LetsEverybodyGoWhereTheWorkThrows) {
  Rendezvous rendezvous(1);
  std::thread worker([&] {
    while (!rendezvous.called()) std::this_thread::yield();
    rendezvous.wait();
    rendezvous.leave();
  });
  EXPECT_THROW(rendezvous.hold([] { throw std::bad_alloc(); }), std::bad_alloc);
  worker.join();
  EXPECT_TRUE(rendezvous.wait_for_all_to_leave(std::chrono::milliseconds(0)));
}

TEST(Rendezvous, SaysThatSomebodyIsStillThere) {
  Rendezvous rendezvous(1);
  EXPECT_FALSE(rendezvous.wait_for_all_to_leave(std::chrono::milliseconds(1)));
  rendezvous.wait();  // nobody calls: goes on at once
  rendezvous.leave();
  EXPECT_TRUE(rendezvous.wait_for_all_to_leave(std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace temblor
