package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OffsetCommitterTest {
  private final MemoryTopic topic = new MemoryTopic("committed");
  private final ReaderMetrics metrics = new ReaderMetrics(UnregisteredMetricsGroup.createSourceReaderMetricGroup());
  private final OffsetCommitter committer = new OffsetCommitter(topic.client(1), metrics, "test");

  @Test
  void closingWaitsForWhatIsToBeTold() {
    committer.commit(Map.of(topic.queue(0), 1L, topic.queue(1), 2L));
    committer.commit(Map.of(topic.queue(0), 3L));
    committer.close();
    assertEquals(Map.of(topic.queue(0), 3L, topic.queue(1), 2L), topic.committed());
  }

  @Test
  void whatFailedIsToldAgain() throws InterruptedException {
    topic.away(topic.queue(0), true);
    committer.commit(Map.of(topic.queue(0), 1L, topic.queue(1), 2L));
    while (metrics.failedCommits.getCount() == 0) {
      Thread.sleep(1);
    }
    topic.away(topic.queue(0), false);
    committer.close();
    assertEquals(Map.of(topic.queue(0), 1L, topic.queue(1), 2L), topic.committed());
    assertTrue(metrics.failedCommits.getCount() > 0);
  }

  @Test
  void brokerThatStaysAwayDoesNotHoldUpTheEnd() {
    topic.away(topic.queue(0), true);
    committer.commit(Map.of(topic.queue(0), 1L));
    committer.close();
    assertEquals(Map.of(), topic.committed());
  }
}
