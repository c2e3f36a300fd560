package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.SimpleUserCodeClassLoader;
import org.apache.flink.util.UserCodeClassLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueueSourceReaderTest {
  private final List<String> told = new ArrayList<>();

  /** Takes the length of a message for its time, and what is 1 before for its watermark. */
  private static final class Lengths implements BatchHandler<RawBatch> {
    @Override
    public int emit(RawBatch batch, SourceOutput<RawBatch> output, QueueSplitState state, ReadingBudget budget) {
      for (byte[] body : batch.bodies) {
        state.observe(body.length);
      }
      output.collect(batch);
      return batch.size();
    }

    @Override
    public long watermark(long highestMs) {
      return highestMs == QueueSplit.NO_TIME ? QueueSplit.NO_TIME : highestMs - 1;
    }
  }

  private class Output implements ReaderOutput<RawBatch> {
    private final String name;

    Output(String name) {
      this.name = name;
    }

    @Override
    public void collect(RawBatch batch) {
      told.add(name + (batch.isQuiet() ? "quiet" : "messages"));
    }

    @Override
    public void collect(RawBatch batch, long timestamp) {
      collect(batch);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      told.add(name + "watermark " + watermark.getTimestamp());
    }

    @Override
    public void markIdle() {
      told.add(name + "idle");
    }

    @Override
    public void markActive() {
      told.add(name + "active");
    }

    @Override
    public SourceOutput<RawBatch> createOutputForSplit(String splitId) {
      String of = splitId.substring(splitId.lastIndexOf('/') + 1) + ": ";
      if (!told.contains(of + "made")) {
        told.add(of + "made");
      }
      return new Output(of);
    }

    @Override
    public void releaseOutputForSplit(String splitId) {}
  }

  private static final class Context implements SourceReaderContext {
    @Override
    public SourceReaderMetricGroup metricGroup() {
      return UnregisteredMetricsGroup.createSourceReaderMetricGroup();
    }

    @Override
    public Configuration getConfiguration() {
      return new Configuration();
    }

    @Override
    public String getLocalHostName() {
      return "localhost";
    }

    @Override
    public int getIndexOfSubtask() {
      return 0;
    }

    @Override
    public int currentParallelism() {
      return 1;
    }

    @Override
    public void sendSplitRequest() {}

    @Override
    public void sendSourceEventToCoordinator(SourceEvent event) {}

    @Override
    public UserCodeClassLoader getUserCodeClassLoader() {
      return SimpleUserCodeClassLoader.create(getClass().getClassLoader());
    }
  }

  private QueueSourceReader<RawBatch> reader(MemoryTopic topic) {
    TopicSettings settings = topic.settings("");
    settings.idleTimeoutMs = 1;
    SourceReaderContext context = new Context();
    QueueSourceReader<RawBatch> reader =
        new QueueSourceReader<>(
            topic.client(10), settings, new Lengths(), context, new ReaderMetrics(context.metricGroup()));
    reader.start();
    return reader;
  }

  private static QueueSplit split(TopicQueue queue, long offset, long highestMs) {
    return new QueueSplit(queue, offset, QueueSplit.NO_TIME, QueueSplit.NO_END, highestMs, 0);
  }

  /** Until it has told of that, so often; brokers say all the time that they have nothing. */
  private void poll(QueueSourceReader<RawBatch> reader, MemoryTopic topic, String until, int times) throws Exception {
    Output output = new Output("");
    while (told.stream().filter(until::equals).count() < times) {
      reader.pollNext(output);
      topic.saysThatThereIsNothing();
      Thread.sleep(1);
    }
  }

  @Test
  void aRestoredSplitIsAsFarAsItWasAtOnce() throws Exception {
    MemoryTopic topic = new MemoryTopic("restored");
    List<QueueSplit> splits =
        List.of(
            split(topic.queue(0), 0, 500), split(topic.queue(1), 0, QueueSplit.NO_TIME), split(topic.queue(2), 0, 300));
    try (QueueSourceReader<RawBatch> reader = reader(topic)) {
      reader.addSplits(splits);
      reader.pollNext(new Output(""));
      assertEquals(List.of("0: made", "1: made", "2: made", "0: watermark 499", "2: watermark 299"), told);
    }
  }

  @Test
  void whereAllAreQuietTheFurthestCounts() throws Exception {
    MemoryTopic topic = new MemoryTopic("quiet");
    topic.send(topic.queue(0), "1234567");
    topic.send(topic.queue(1), "1234");
    try (QueueSourceReader<RawBatch> reader = reader(topic)) {
      reader.addSplits(
          List.of(split(topic.queue(0), 0, QueueSplit.NO_TIME), split(topic.queue(1), 0, QueueSplit.NO_TIME)));
      poll(reader, topic, "idle", 1);
      assertEquals(List.of("watermark 6", "idle"), told.subList(told.size() - 2, told.size()));
      assertEquals(1, told.stream().filter("0: quiet"::equals).count());
      assertEquals(1, told.stream().filter("1: quiet"::equals).count());
      topic.send(topic.queue(1), "12345");
      poll(reader, topic, "active", 1);
      assertEquals(List.of("1: messages", "active"), told.subList(told.size() - 2, told.size()));
      poll(reader, topic, "idle", 2);
      assertEquals(List.of("1: quiet", "watermark 6", "idle"), told.subList(told.size() - 3, told.size()));
    }
  }
}
