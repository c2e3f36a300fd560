#include "connectors/memory/memory_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/serializer.h"

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<WindowResults> window(std::string_view sensor_id) {
  std::vector<WindowResults> windows(1);
  windows[0].window_end = timestamp_from_ms(1000);
  windows[0].rows.emplace_back();
  windows[0].rows[0].sensor_id = sensor_id;
  windows[0].rows[0].avg_amplitude = 4.5F;
  return windows;
}

TEST(MemorySink, ShowsALineForEachResult) {
  auto output = std::make_shared<MemoryOutput>();
  MemorySink sink(output);
  ASSERT_TRUE(sink.open(nullptr));
  ASSERT_TRUE(sink.commit(sink.prepare().value(), window("S001")));
  EXPECT_THAT(output->visible(), ElementsAre("S001 0 1000 4.5 0.0 0.0 0 0 0"));
  EXPECT_THAT(output->violations(), IsEmpty());
}

TEST(MemorySink, NoticesACommitThatIsNoRepetition) {
  auto output = std::make_shared<MemoryOutput>();
  MemorySink first(output);
  ASSERT_TRUE(first.open(nullptr));
  const std::string prepared = first.prepare().value();
  ASSERT_TRUE(first.commit(prepared, window("S001")));
  MemorySink second(output);
  ASSERT_TRUE(second.open(&prepared));
  ASSERT_TRUE(second.commit(prepared, window("S002")));
  EXPECT_THAT(output->violations(), SizeIs(1));
}

TEST(MemorySink, NoticesWrongUse) {
  auto output = std::make_shared<MemoryOutput>();
  MemorySink sink(output);
  EXPECT_TRUE(sink.write(window("S001")[0]));
  EXPECT_THAT(output->violations(), SizeIs(1)) << "not opened";
  ASSERT_TRUE(sink.open(nullptr));
  EXPECT_FALSE(sink.commit("17", {}));
  EXPECT_THAT(output->violations(), SizeIs(2)) << "never prepared";
}

TEST(MemoryLetterSink, ShowsTheLetters) {
  auto output = std::make_shared<MemoryOutput>();
  MemoryLetterSink sink(output);
  ASSERT_TRUE(sink.open(nullptr));
  std::string letters;
  append_delimited("one", letters);
  append_delimited("two", letters);
  const std::string prepared = sink.prepare().value();
  ASSERT_TRUE(sink.commit(prepared, letters));
  ASSERT_TRUE(sink.commit(prepared, letters));
  EXPECT_THAT(output->visible(), ElementsAre("one", "two"));
  EXPECT_THAT(output->violations(), IsEmpty());
}

}  // namespace
}  // namespace temblor
