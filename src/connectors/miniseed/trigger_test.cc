#include "connectors/miniseed/trigger.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace temblor::miniseed {
namespace {

constexpr SampleRate k100Hz{100, 1};

// A quiet hum with an offset, then from `onset` on a burst of `length` samples.
double sample(int i, int onset, int length, double offset) {
  const double hum = 10 * std::sin(i * 0.7);
  const bool burst = i >= onset && i < onset + length;
  return offset + (burst ? 50 * hum : hum);
}

std::vector<Phase> phases(int count, int onset, int length, double offset) {
  Trigger trigger{TriggerSettings{}};
  trigger.restart(k100Hz);
  std::vector<Phase> all;
  for (int i = 0; i < count; ++i) all.push_back(trigger.hear(sample(i, onset, length, offset)));
  return all;
}

TEST(Trigger, PicksPThenSThenNoise) {
  const auto all = phases(6000, 3000, 400, 0);
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(all[static_cast<std::size_t>(i)], Phase::kNoise) << i;
  int p = 0;
  int s = 0;
  for (const Phase phase : all) {
    p += phase == Phase::kP ? 1 : 0;
    s += phase == Phase::kS ? 1 : 0;
  }
  EXPECT_EQ(p, 150);  // 1.5 s
  EXPECT_GT(s, 100);
  EXPECT_EQ(all[3010], Phase::kP);
  EXPECT_EQ(all[3300], Phase::kS);
  EXPECT_EQ(all.back(), Phase::kNoise);
}

TEST(Trigger, AnOffsetChangesNothing) { EXPECT_EQ(phases(6000, 3000, 400, 1e6), phases(6000, 3000, 400, 0)); }

TEST(Trigger, PicksNothingBeforeTheLongWindowIsFull) {
  const auto all = phases(1000, 500, 100, 0);
  for (const Phase phase : all) ASSERT_EQ(phase, Phase::kNoise);
}

TEST(Trigger, SilenceIsNoise) {
  Trigger trigger{TriggerSettings{}};
  trigger.restart(k100Hz);
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(trigger.hear(0), Phase::kNoise);
}

TEST(Trigger, IsNotSpoiltByWhatIsNoNumber) {
  Trigger clean{TriggerSettings{}};
  Trigger spoilt{TriggerSettings{}};
  clean.restart(k100Hz);
  spoilt.restart(k100Hz);
  for (int i = 0; i < 6000; ++i) {
    if (i == 100) spoilt.hear(std::numeric_limits<double>::quiet_NaN());
    if (i == 200) spoilt.hear(std::numeric_limits<double>::infinity());
    if (i == 300) spoilt.hear(1e300);
    const double x = sample(i, 3000, 400, 0);
    ASSERT_EQ(clean.hear(x), spoilt.hear(x)) << i;
  }
}

TEST(Trigger, GoesOnFromItsState) {
  Trigger whole{TriggerSettings{}};
  whole.restart(k100Hz);
  for (int i = 0; i < 3050; ++i) whole.hear(sample(i, 3000, 400, 7));
  Trigger resumed{TriggerSettings{}};
  resumed.resume(k100Hz, whole.state());
  for (int i = 3050; i < 6000; ++i) {
    const double x = sample(i, 3000, 400, 7);
    ASSERT_EQ(resumed.hear(x), whole.hear(x)) << i;
  }
  EXPECT_EQ(resumed.state().lta, whole.state().lta);
}

// The recursion worked out by hand: sta of 1 sample, lta of 2.
TEST(Trigger, FollowsTheRecursion) {
  Trigger trigger{TriggerSettings{.sta = Milliseconds(1), .lta = Milliseconds(2), .on = 3.5, .off = 1, .p = {}}};
  trigger.restart({1000, 1});
  trigger.hear(4);
  EXPECT_EQ(trigger.state().lta, 0);
  trigger.hear(8);  // difference 4, energy 16
  EXPECT_EQ(trigger.state().sta, 16);
  EXPECT_EQ(trigger.state().lta, 8);
  trigger.hear(6);  // difference -2, energy 4
  EXPECT_EQ(trigger.state().sta, 4);
  EXPECT_EQ(trigger.state().lta, 6);
}

}  // namespace
}  // namespace temblor::miniseed
