#include "flink_rest/addresses.h"

#include <gmock/gmock.h>

namespace temblor::flink_rest {
namespace {

TEST(AddressesTest, AreThoseOfANameOrAnAddress) {
  EXPECT_THAT(addresses_of("127.0.0.1"), testing::ElementsAre("127.0.0.1"));
  EXPECT_THAT(addresses_of("localhost"), testing::Not(testing::IsEmpty()));
  EXPECT_THAT(addresses_of("no host, for it has blanks"), testing::IsEmpty());
}

}  // namespace
}  // namespace temblor::flink_rest
