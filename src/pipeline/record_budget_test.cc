#include "pipeline/record_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace temblor {
namespace {

TEST(RecordBudget, WithoutALimitGivesWhatIsWanted) {
  RecordBudget budget(std::nullopt);
  EXPECT_EQ(budget.reserve(4096), 4096U);
  budget.settle(4096, 4096);
  EXPECT_FALSE(budget.spent());
}

TEST(RecordBudget, GivesNoMoreThanIsLeft) {
  RecordBudget budget(10);
  EXPECT_EQ(budget.reserve(7), 7U);
  EXPECT_EQ(budget.reserve(7), 3U);
  EXPECT_EQ(budget.reserve(7), 0U);
  EXPECT_FALSE(budget.spent()) << "reserved is not read";
  budget.settle(7, 2);
  EXPECT_EQ(budget.reserve(7), 5U);
  budget.settle(5, 5);
  budget.settle(3, 3);
  EXPECT_TRUE(budget.spent());
}

TEST(RecordBudget, OfNothingIsSpent) {
  const RecordBudget budget(0);
  EXPECT_TRUE(budget.spent());
}

TEST(RecordBudget, IsSpentExactlyByManyThreads) {
  RecordBudget budget(100'000);
  std::atomic<std::uint64_t> used{0};
  std::vector<std::thread> threads;
  for (std::size_t thread = 1; thread <= 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; !budget.spent(); ++i) {
        const std::size_t granted = budget.reserve(16 * thread);
        const std::size_t taken = i % 3 == 0 ? granted / 2 : granted;
        used += taken;
        budget.settle(granted, taken);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(used, 100'000U);
}

}  // namespace
}  // namespace temblor
