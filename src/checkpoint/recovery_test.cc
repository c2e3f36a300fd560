#include "checkpoint/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temblor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(Recovery, NamesSortAsIdsDo) {
  EXPECT_EQ(checkpoint_name(42), "checkpoint-00000000000000000042.ckpt");
  EXPECT_LT(checkpoint_name(99), checkpoint_name(100));
  for (const std::uint64_t id : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    EXPECT_EQ(checkpoint_id(checkpoint_name(id)), id);
  }
}

TEST(Recovery, KnowsItsOwnNamesOnly) {
  for (const char* name : {"", "LOCK", "checkpoint.tmp", "checkpoint-42.ckpt", "checkpoint-0000000000000000004x.ckpt",
                           "checkpoint-00000000000000000042.ckpt.tmp", "Checkpoint-00000000000000000042.ckpt",
                           "checkpoint-99999999999999999999.ckpt", "checkpoint--0000000000000000042.ckpt"}) {
    EXPECT_FALSE(checkpoint_id(name)) << name;
  }
}

TEST(Recovery, TriesTheNewestFirst) {
  EXPECT_THAT(recovery_order({checkpoint_name(9), "LOCK", checkpoint_name(11), checkpoint_name(10)}),
              ElementsAre(11, 10, 9));
  EXPECT_THAT(recovery_order({}), IsEmpty());
}

TEST(Recovery, RemovesAllButTheLastThreeAndWhatIsNewer) {
  const std::vector<std::string> names = {checkpoint_name(1), checkpoint_name(2), checkpoint_name(3),
                                          checkpoint_name(4), checkpoint_name(5), "LOCK",
                                          "notes.txt"};
  EXPECT_THAT(removable(names, 5), UnorderedElementsAre(checkpoint_name(1), checkpoint_name(2)));
  EXPECT_THAT(removable(names, 4), UnorderedElementsAre(checkpoint_name(5), checkpoint_name(1)));
  EXPECT_THAT(removable({checkpoint_name(1)}, 1), IsEmpty());
}

}  // namespace
}  // namespace temblor
