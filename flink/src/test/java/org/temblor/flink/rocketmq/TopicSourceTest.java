package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.restartstrategy.RestartStrategies;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole source in a Flink of this process. */
@Timeout(120)
class TopicSourceTest {
  private static final AtomicBoolean FAILED = new AtomicBoolean();

  private static StreamExecutionEnvironment environment() {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
    environment.enableCheckpointing(20);
    environment.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, 10));
    environment.getConfig().enableObjectReuse();
    return environment;
  }

  private static DataStream<RawBatch> from(
      StreamExecutionEnvironment environment, MemoryTopic topic, String settings) {
    return environment.fromSource(
        new TopicSource<>(topic.settings(settings), new RawBatches(), MemoryTopic.clients()), WatermarkStrategy.noWatermarks(), "topic");
  }

  private static String[] messages(int queue, int from, int to) {
    String[] messages = new String[to - from];
    for (int i = from; i < to; i++) {
      messages[i - from] = queue + "-" + i;
    }
    return messages;
  }

  /** Keeps each body in its state, gives them all at the end, and fails once on the way, after some checkpoints. */
  private static final class KeepAndFail extends AbstractStreamOperator<String>
      implements OneInputStreamOperator<RawBatch, String>, BoundedOneInput {
    private static final long serialVersionUID = 1;
    private static final int CHECKPOINTS = 3;

    private final List<String> kept = new ArrayList<>();
    private transient ListState<String> state;
    private transient int checkpoints;

    KeepAndFail() {
      chainingStrategy = ChainingStrategy.ALWAYS; // or checkpoints would wait behind all that is sent from task to task
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
      state = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("kept", Types.STRING));
      state.get().forEach(kept::add);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
      state.update(kept);
      checkpoints++;
    }

    @Override
    public void processElement(StreamRecord<RawBatch> record) throws Exception {
      for (byte[] body : record.getValue().bodies) {
        kept.add(new String(body, StandardCharsets.UTF_8));
      }
      if (!FAILED.get()) {
        Thread.sleep(5); // so that there are checkpoints on the way
        if (checkpoints >= CHECKPOINTS && FAILED.compareAndSet(false, true)) {
          throw new IllegalStateException("on purpose");
        }
      }
    }

    @Override
    public void endInput() {
      kept.forEach(body -> output.collect(new StreamRecord<>(body)));
    }
  }

  @Test
  void eachMessageIsInTheStateOnceThoughTheJobFails() throws Exception {
    MemoryTopic topic = new MemoryTopic("failing");
    int queues = 5;
    int each = 4000; // more than are read before there are checkpoints, however busy the machine
    List<String> sent = new ArrayList<>();
    for (int queue = 0; queue < queues; queue++) {
      topic.send(topic.queue(queue), messages(queue, 0, each));
      sent.addAll(List.of(messages(queue, 0, each)));
    }
    FAILED.set(false);
    List<String> kept = new ArrayList<>();
    try (CloseableIterator<String> bodies =
        from(environment(), topic, "?bounded&pull=3")
            .transform("keep", Types.STRING, new KeepAndFail())
            .executeAndCollect()) {
      bodies.forEachRemaining(kept::add);
    }
    assertTrue(FAILED.get());
    Collections.sort(sent);
    Collections.sort(kept);
    assertEquals(sent, kept);
    for (int queue = 0; queue < queues; queue++) {
      assertEquals((long) each, topic.committed().get(topic.queue(queue)));
    }
    assertEquals(0, topic.openClients());
  }

  @Test
  void queuesAreFoundWhileItRuns() throws Exception {
    MemoryTopic topic = new MemoryTopic("growing");
    topic.send(topic.queue(0), messages(0, 0, 10));
    StreamExecutionEnvironment environment = environment();
    DataStream<String> bodies =
        from(environment, topic, "")
            .flatMap(
                (RawBatch batch, Collector<String> out) -> {
                  for (byte[] body : batch.bodies) {
                    out.collect(new String(body, StandardCharsets.UTF_8));
                  }
                })
            .returns(Types.STRING);
    CloseableIterator<String> lines = bodies.collectAsync();
    JobClient job = environment.executeAsync();
    List<String> got = new ArrayList<>();
    while (got.size() < 10) {
      got.add(lines.next());
    }
    topic.send(topic.queue(1), messages(1, 0, 5));
    while (got.size() < 15) {
      got.add(lines.next());
    }
    assertTrue(got.subList(10, 15).containsAll(List.of(messages(1, 0, 5))), "" + got);
    while (!Long.valueOf(5).equals(topic.committed().get(topic.queue(1)))) {
      Thread.sleep(5);
    }
    job.cancel().get();
    lines.close();
  }

  @Test
  void endsAfterSoManyOverTheJobsWholeLife() throws Exception {
    MemoryTopic topic = new MemoryTopic("limited");
    for (int queue = 0; queue < 3; queue++) {
      topic.send(topic.queue(queue), messages(queue, 0, 1000));
    }
    TopicSettings settings = topic.settings("?pull=3");
    settings.maxRecords = 1500; // three at a time: it ends with a batch
    StreamExecutionEnvironment environment = environment();
    environment.setParallelism(1);
    FAILED.set(false);
    List<String> kept = new ArrayList<>();
    try (CloseableIterator<String> bodies =
        environment
            .fromSource(
                new TopicSource<>(settings, new RawBatches(), MemoryTopic.clients()), WatermarkStrategy.noWatermarks(),
                "topic")
            .transform("keep", Types.STRING, new KeepAndFail())
            .executeAndCollect()) {
      bodies.forEachRemaining(kept::add);
    }
    assertTrue(FAILED.get());
    assertEquals(1500, kept.size());
    assertEquals(1500, Set.copyOf(kept).size());
    assertEquals(1500, topic.committed().values().stream().mapToLong(Long::longValue).sum());
  }
}
