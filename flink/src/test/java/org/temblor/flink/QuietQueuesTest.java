package org.temblor.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.temblor.flink.core.Readings;
import org.temblor.flink.rocketmq.MemoryTopic;

@Timeout(60)
class QuietQueuesTest {
  /** One queue ends four seconds before the other: what lies between comes out once neither has more. */
  @Test
  void theFurthestOfThemClosesItsWindows() throws Exception {
    MemoryTopic topic = new MemoryTopic("both-quiet");
    for (int second = 0; second < 6; second++) {
      topic.send(topic.queue(0), Readings.reading("S000", 100 + 1_000 * second, 1, "P"));
    }
    topic.send(topic.queue(1), Readings.reading("S001", 1_000, 1, "P"));
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1);
    environment.getConfig().enableObjectReuse();
    environment.getConfig().setAutoWatermarkInterval(10);
    JobSettings settings = new JobSettings();
    settings.eventTime = true;
    settings.topics.add(topic.settings(""));
    settings.topics.get(0).idleTimeoutMs = 10;
    CloseableIterator<WindowResult> results =
        SeismicJob.results(environment, settings, MemoryTopic.clients()).collectAsync();
    JobClient job = environment.executeAsync();
    ScheduledExecutorService broker = Executors.newSingleThreadScheduledExecutor();
    broker.scheduleWithFixedDelay(topic::saysThatThereIsNothing, 1, 1, TimeUnit.MILLISECONDS);
    List<String> closed = new ArrayList<>();
    while (!closed.contains("S000 3000")) {
      WindowResult result = results.next();
      closed.add(result.sensor + " " + result.windowStart);
    }
    broker.shutdownNow();
    job.cancel().get();
    results.close();
    closed.sort(null);
    assertEquals(List.of("S000 0", "S000 1000", "S000 2000", "S000 3000", "S001 1000"), closed);
  }
}
