package org.temblor.flink.jobs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.restartstrategy.RestartStrategies;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.utils.ParameterTool;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.temblor.flink.JobRequest;
import org.temblor.flink.rocketmq.RawBatch;
import org.temblor.flink.rocketmq.RawBatches;
import org.temblor.flink.rocketmq.TopicSettings;
import org.temblor.flink.rocketmq.TopicSource;

/**
 * Counts the messages of a topic in Flink's state, for test/e2e/flink_source_test.py: `--from rocketmq://… --out FOLDER
 * --slow MS` (a pause after each batch). A file for each split has "messages sum faults": the sum of the messages'
 * CRC-32, and how many did not come right behind the one before. It is written anew with each batch; its last content is
 * that of the state when all is read.
 */
public final class CountJob {
  private CountJob() {}

  public static void main(String[] arguments) throws Exception {
    ParameterTool options = ParameterTool.fromArgs(arguments);
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    environment.enableCheckpointing(options.getLong("checkpoints", 500));
    environment.setRestartStrategy(RestartStrategies.fixedDelayRestart(Integer.MAX_VALUE, 200));
    environment.getConfig().enableObjectReuse();
    TopicSettings settings = JobRequest.read("--from", options.getRequired("from")).settings.topics.get(0);
    settings.discoveryIntervalMs = 500;
    environment
        .fromSource(new TopicSource<>(settings, new RawBatches()), WatermarkStrategy.noWatermarks(), "topic")
        .uid("topic")
        .filter(new Slow(options.getLong("slow", 0)))
        .keyBy(batch -> batch.splitId, Types.STRING)
        .process(new Count(options.getRequired("out")), Types.VOID)
        .uid("count");
    environment.execute("count");
  }

  private static final class Slow implements org.apache.flink.api.common.functions.FilterFunction<RawBatch> {
    private static final long serialVersionUID = 1;
    private final long pauseMs;

    Slow(long pauseMs) {
      this.pauseMs = pauseMs;
    }

    @Override
    public boolean filter(RawBatch batch) throws InterruptedException {
      Thread.sleep(pauseMs);
      return true;
    }
  }

  private static final class Count extends KeyedProcessFunction<String, RawBatch, Void> {
    private static final long serialVersionUID = 1;
    private final String folder;
    private transient ValueState<Long> messages;
    private transient ValueState<Long> sum;
    private transient ValueState<Long> faults;
    private transient ValueState<Long> next;

    Count(String folder) {
      this.folder = folder;
    }

    @Override
    public void open(Configuration unused) {
      messages = state("messages");
      sum = state("sum");
      faults = state("faults");
      next = state("next");
    }

    private ValueState<Long> state(String name) {
      return getRuntimeContext().getState(new ValueStateDescriptor<>(name, Types.LONG));
    }

    @Override
    public void processElement(RawBatch batch, Context context, Collector<Void> out) throws IOException {
      for (int i = 0; i < batch.size(); i++) {
        CRC32 crc = new CRC32();
        crc.update(batch.bodies[i]);
        add(sum, crc.getValue());
        add(faults, batch.offsets[i] == value(next) ? 0 : 1);
        next.update(batch.offsets[i] + 1);
      }
      add(messages, batch.size());
      Path file = Path.of(folder, batch.splitId.replaceAll("[:/]", "_"));
      Path written = Path.of(folder, ".new-" + getRuntimeContext().getAttemptNumber() + "-" + file.getFileName());
      Files.write(
          written,
          (value(messages) + " " + value(sum) + " " + value(faults)).getBytes(StandardCharsets.US_ASCII));
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void add(ValueState<Long> state, long more) throws IOException {
      state.update(value(state) + more);
    }

    private static long value(ValueState<Long> state) throws IOException {
      return state.value() == null ? 0 : state.value();
    }
  }
}
