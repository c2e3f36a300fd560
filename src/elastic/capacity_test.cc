#include "elastic/capacity.h"

#include <gtest/gtest.h>

#include <vector>

namespace temblor::elastic {
namespace {

struct Vertex {
  const char* id;
  std::int64_t parallelism;
  std::optional<double> busy;
};

/// Samples 10 s apart at a throughput of 1000/s.
constexpr Timestamp kBegan = timestamp_from_ms(0);
constexpr std::int64_t kFirstMs = 60'000;

std::vector<Sample> samples(const std::vector<Vertex>& vertices, const std::vector<std::optional<double>>& pending) {
  std::vector<Sample> all;
  for (std::size_t i = 0; i < pending.size(); ++i) {
    Sample sample{timestamp_from_ms(kFirstMs + static_cast<std::int64_t>(i) * 10'000), 1000, 0.5, Detail{}};
    sample.detail->began = kBegan;
    sample.detail->parallelism = 4;
    sample.detail->pending = pending[i];
    for (const Vertex& v : vertices) sample.detail->vertices[v.id] = {v.id, false, v.parallelism, {}, v.busy};
    all.push_back(sample);
  }
  return all;
}

TEST(CapacityTest, IsThatOfTheBusiestVertex) {
  const auto load = load_of(samples({{"source", 2, 0.1}, {"map", 4, 0.8}, {"sink", 4, 0.2}}, {{}, {}, {}}), Conf{});
  ASSERT_TRUE(load);
  EXPECT_DOUBLE_EQ(load->capacity, 1250);
  EXPECT_DOUBLE_EQ(load->per_subtask, 312.5);
  EXPECT_DOUBLE_EQ(load->busy, 0.8);
  EXPECT_DOUBLE_EQ(load->arriving, 1000);
  EXPECT_FALSE(load->pending);
}

TEST(CapacityTest, SubtasksOfAVertexWithALowerParallelismWeighMore) {
  // All vertices get the same parallelism: what counts is what one subtask can do.
  const auto load = load_of(samples({{"source", 1, 0.5}, {"map", 8, 0.9}}, {{}, {}, {}}), Conf{});
  EXPECT_NEAR(load->capacity, 1000 / 0.9, 1e-9);
  EXPECT_NEAR(load->per_subtask, 1000 / 0.9 / 8, 1e-9);
}

TEST(CapacityTest, WhatArrivesIsWhatIsProcessedAndWhatTheLagGrowsBy) {
  const auto grows = load_of(samples({{"v", 2, 1.0}}, {0, 5000, 10'000, 15'000}), Conf{});
  EXPECT_DOUBLE_EQ(grows->arriving, 1500);
  EXPECT_EQ(grows->pending, 15'000);
  const auto shrinks = load_of(samples({{"v", 2, 1.0}}, {40'000, 20'000, 10'000}), Conf{});
  EXPECT_DOUBLE_EQ(shrinks->arriving, 0);
  const auto missing = load_of(samples({{"v", 2, 1.0}}, {{}, 5000, {}}), Conf{});
  EXPECT_DOUBLE_EQ(missing->arriving, 1000);
  EXPECT_EQ(missing->pending, 5000);
}

// As a real source of RocketMQ was seen: at 137,000 messages a second it was busy for 0.22 of its time.
TEST(CapacityTest, AJobThatRecordsWaitForDoesWhatItCan) {
  const auto load = load_of(samples({{"source", 4, 0.22}, {"window", 4, 0.04}}, {90'000, 80'000, 70'000}), Conf{});
  ASSERT_TRUE(load);
  EXPECT_DOUBLE_EQ(load->capacity, 1000);
  EXPECT_DOUBLE_EQ(load->per_subtask, 250);
  EXPECT_DOUBLE_EQ(load->arriving, 0);
  const auto caught_up = load_of(samples({{"source", 4, 0.2}}, {90'000, 80'000, 0}), Conf{});
  EXPECT_DOUBLE_EQ(caught_up->capacity, 5000) << "it may have had nothing to do";
  EXPECT_DOUBLE_EQ(load_of(samples({{"source", 4, {}}}, {90'000, 80'000, 70'000}), Conf{})->capacity, 1000);
}

TEST(CapacityTest, AJobThatHasJustBegunTellsNothing) {
  std::vector<Sample> all = samples({{"v", 4, 0.5}}, {{}, {}, {}, {}});
  for (std::size_t i = 0; i < 2; ++i) {
    all[i].throughput = 0;
    all[i].detail->vertices["v"].busy = 1;
  }
  for (Sample& sample : all) sample.detail->began = all[0].time - std::chrono::seconds(14);
  EXPECT_FALSE(busiest(all[1]));
  EXPECT_EQ(busiest(all[2]), 0.5);
  EXPECT_DOUBLE_EQ(load_of(all, Conf{})->capacity, 2000);
}

TEST(CapacityTest, NothingIsKnownWithoutBusyTimeOrWithoutLoad) {
  EXPECT_FALSE(load_of(samples({{"v", 2, {}}}, {{}, {}, {}}), Conf{}));
  EXPECT_FALSE(load_of(samples({{"v", 2, 0.0}}, {{}, {}, {}}), Conf{}));
  EXPECT_FALSE(load_of({}, Conf{}));
  std::vector<Sample> bare(3);
  EXPECT_FALSE(load_of(bare, Conf{}));
}

TEST(CapacityTest, ParallelismForTargetAndBacklog) {
  Conf conf;
  Load load{.processed = 700, .arriving = 700, .pending = {}, .busy = 1, .per_subtask = 100, .capacity = 700};
  EXPECT_EQ(parallelism_for(load, conf), 10) << "700 / 0.7 is 1000, whatever doubles make of it";
  load.pending = 37'000;  // 30,000 beyond ten seconds' worth, in 300 s: 100/s
  EXPECT_EQ(parallelism_for(load, conf), 11);
  EXPECT_DOUBLE_EQ(backlog_of(load, conf), 30'000);
  load.pending = 6999;
  EXPECT_EQ(parallelism_for(load, conf), 10);
  load = {.processed = 1, .arriving = 0, .pending = 0, .busy = 0.1, .per_subtask = 10, .capacity = 10};
  EXPECT_EQ(parallelism_for(load, conf), 1);
  load.arriving = 1e30;
  EXPECT_GT(parallelism_for(load, conf), 1'000'000);
}

}  // namespace
}  // namespace temblor::elastic
