#include "connectors/file/frame_search.h"

#include <gtest/gtest.h>

#include <string>

#include "schema/serializer.h"

namespace temblor {
namespace {

using Status = FrameSearch::Status;

constexpr std::size_t kEverywhere = std::size_t{1} << 20;

std::string frame(std::string_view sensor_id) {
  std::string message;
  serialize(Record{.sensor_id = sensor_id, .phase_type = "P", .collect_timestamp = 1'000'000}, message);
  std::string framed;
  append_delimited(message, framed);
  return framed;
}

void expect(FrameSearch found, Status status, std::size_t skipped) {
  EXPECT_EQ(found.status, status);
  EXPECT_EQ(found.skipped, skipped);
}

TEST(FrameSearch, FindsTwoFramesInARow) {
  const std::string junk(37, '\xFF');
  expect(find_frames(junk + frame("A") + frame("B") + junk, false, kEverywhere), Status::kFound, junk.size());
}

TEST(FrameSearch, TakesOneFrameOnlyUpToTheEnd) {
  const std::string junk(37, '\xFF');
  expect(find_frames(junk + frame("A"), true, kEverywhere), Status::kFound, junk.size());
  expect(find_frames(junk + frame("A") + junk, true, kEverywhere), Status::kGoOn, 2 * junk.size() + frame("A").size());
}

TEST(FrameSearch, WaitsWhereMoreBytesWillTell) {
  const std::string junk(37, '\xFF');
  // One frame and nothing behind it yet; half a frame; the second one torn.
  expect(find_frames(junk + frame("A"), false, kEverywhere), Status::kNeedsMore, junk.size());
  expect(find_frames(junk + frame("A").substr(0, 5), false, kEverywhere), Status::kNeedsMore, junk.size());
  expect(find_frames(junk + frame("A") + frame("B").substr(0, 5), false, kEverywhere), Status::kNeedsMore, junk.size());
  expect(find_frames("", false, kEverywhere), Status::kNeedsMore, 0);
}

TEST(FrameSearch, PassesOverWhatAnyNoiseHolds) {
  // Zeros are frames of length 0, and an empty message is a legal record; but they say nothing.
  const std::string zeros(100, '\0');
  expect(find_frames(zeros + frame("A") + frame("B"), false, kEverywhere), Status::kFound, zeros.size());
  const std::string nameless = std::string("\x02\x48\x01", 3);  // data_quality alone
  expect(find_frames(nameless + nameless + frame("A") + frame("B"), true, kEverywhere), Status::kFound,
         2 * nameless.size());
}

TEST(FrameSearch, LooksAtSoManyPlacesOnly) {
  const std::string junk(100, '\xFF');
  expect(find_frames(junk + frame("A") + frame("B"), false, 64), Status::kGoOn, 64);
  expect(find_frames(junk + frame("A") + frame("B"), true, 64), Status::kGoOn, 64);
}

TEST(FrameSearch, DoesNotSeekMessagesThatMakeItSlow) {
  const std::string large = frame(std::string(2000, 'A'));
  expect(find_frames(large + large, false, 1), Status::kGoOn, 1);
}

}  // namespace
}  // namespace temblor
