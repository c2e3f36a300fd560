package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerProgressTest {
  private static BrokerProgress progress(long maxOffset, long behind) {
    return new BrokerProgress(Map.of("commitLogMaxOffset", "" + maxOffset, "dispatchBehindBytes", "" + behind));
  }

  @Test
  void aBrokerThatIsWrittenToAllTheTimeComesThere() {
    BrokerProgress begin = progress(1_000, 300);
    assertFalse(begin.covers(begin));
    assertFalse(progress(1_500, 501).covers(begin));
    assertTrue(progress(2_000, 1_000).covers(begin));
    assertTrue(progress(9_000, 500).covers(begin));
  }

  @Test
  void oneThatRestsIsThereAtOnce() {
    BrokerProgress begin = progress(1_000, 0);
    assertTrue(begin.covers(begin));
  }

  @Test
  void withoutTheEndOfTheLogNothingMayBeBehind() {
    BrokerProgress behind = new BrokerProgress(Map.of("dispatchBehindBytes", "1"));
    assertFalse(behind.covers(behind));
    BrokerProgress there = new BrokerProgress(Map.of("dispatchBehindBytes", "0"));
    assertTrue(there.covers(behind));
  }
}
