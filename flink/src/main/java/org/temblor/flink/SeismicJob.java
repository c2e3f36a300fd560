package org.temblor.flink;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.shaded.guava30.com.google.common.hash.Hashing;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.DiscardingSink;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.temblor.flink.core.LetterMessages;
import org.temblor.flink.core.Partial;
import org.temblor.flink.rocketmq.LetterSinkOperator;
import org.temblor.flink.rocketmq.LogClient;
import org.temblor.flink.rocketmq.ResultSinkOperator;
import org.temblor.flink.rocketmq.RocketMqClient;
import org.temblor.flink.rocketmq.RocketMqLogClient;
import org.temblor.flink.rocketmq.TopicClient;
import org.temblor.flink.rocketmq.TopicSettings;
import org.temblor.flink.rocketmq.TopicSource;

/**
 * The way of a record: topic, native decoding and cleaning in the source, native combining behind it, then by sensor to
 * the windows, and from there to the sinks.
 */
public final class SeismicJob {
  private SeismicJob() {}

  private static final Duration ALIGNMENT = Duration.ofMillis(100); // how often splits are compared

  /** The results of the topics, before any sink; letters go to theirs. `clients` reach the brokers that are read from. */
  public static DataStream<WindowResult> results(
      StreamExecutionEnvironment environment, JobSettings settings, TopicClient.Factory clients) {
    return results(environment, settings, clients, RocketMqLogClient::new);
  }

  /** The same, with `letters` that reach the brokers of their topics. */
  static DataStream<WindowResult> results(
      StreamExecutionEnvironment environment, JobSettings settings, TopicClient.Factory clients,
      LogClient.Factory letters) {
    DataStream<Partial> partials = null;
    DataStream<byte[]> late = null;
    DataStream<byte[]> dead = null;
    for (TopicSettings topic : settings.topics) {
      SingleOutputStreamOperator<ReadingBatch> read =
          environment
              .fromSource(
                  new TopicSource<>(topic, new DecodedBatches.Factory(settings), clients),
                  watermarks(settings),
                  "read " + topic.topic)
              .uid("read " + topic.topic);
      if (topic.maxRecords > 0) {
        read.setParallelism(1);
      }
      SingleOutputStreamOperator<Partial> of =
          read
              .transform(
                  "combine", new ValueType<>(Partial.class, PartialSerializer.INSTANCE), new CombineOperator(settings))
              .uid("combine " + topic.topic)
              .setParallelism(read.getParallelism()); // batches do not travel
      partials = and(partials, of);
      late = and(late, of.getSideOutput(CombineOperator.LATE));
      dead = and(dead, of.getSideOutput(CombineOperator.DEAD));
    }
    SingleOutputStreamOperator<WindowResult> results = partials
        .keyBy(partial -> partial.sensor, Types.STRING)
        .transform(
            "window",
            new ValueType<>(WindowResult.class, WindowResultSerializer.INSTANCE),
            new WindowOperator(settings))
        .uid("window");
    if (settings.late != null) {
      DataStream<byte[]> afterwards = results.getSideOutput(WindowOperator.LATE).map(LetterMessages::ofLate);
      byOneTask(
          "late letters", late.union(afterwards), new LetterSinkOperator(settings.late, settings.exactlyOnce, letters));
    }
    if (settings.dead != null) {
      byOneTask("dead letters", dead, new LetterSinkOperator(settings.dead, settings.exactlyOnce, letters));
    }
    return results;
  }

  private static <T> DataStream<T> and(DataStream<T> before, DataStream<T> more) {
    return before == null ? more : before.union(more);
  }

  private static WatermarkStrategy<ReadingBatch> watermarks(JobSettings settings) {
    if (!settings.eventTime) {
      return WatermarkStrategy.noWatermarks();
    }
    long outOfOrdernessMs = settings.outOfOrdernessMs; // or the strategy would take the settings along
    WatermarkStrategy<ReadingBatch> strategy =
        WatermarkStrategy.forGenerator(context -> new SplitProgress(outOfOrdernessMs));
    return settings.maxDriftMs == 0
        ? strategy
        : strategy.withWatermarkAlignment("temblor", Duration.ofMillis(settings.maxDriftMs), ALIGNMENT);
  }

  public static void run(String[] arguments) throws Exception {
    JobRequest request = JobRequest.read(arguments);
    if (request.answer != null) {
      System.out.print(request.answer);
      return;
    }
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    environment.getConfig().enableObjectReuse();
    DataStream<WindowResult> results = results(environment, request.settings, RocketMqClient::new);
    toSinks(results, request.settings);
    environment.execute("org.jzx.version1.SeismicDataFlinkConsumer");
  }

  /**
   * Flink finds the state of a sink by its uid. That of a topic has no address in it, since name servers move; a second
   * topic of that name, on other servers, is told apart by its place.
   */
  static void toSinks(DataStream<WindowResult> results, JobSettings settings) {
    Map<String, Integer> topics = new HashMap<>();
    for (SinkSettings sink : settings.sinks) {
      String uid = sink.uri;
      if (sink.kind == SinkSettings.Kind.TOPIC) {
        int place = topics.merge(sink.topic.topic, 1, Integer::sum);
        uid = "rocketmq:" + sink.topic.topic + (place == 1 ? "" : " " + place);
      }
      to(sink, uid, results, settings);
    }
  }

  private static void to(SinkSettings sink, String uid, DataStream<WindowResult> results, JobSettings settings) {
    switch (sink.kind) {
      case CONSOLE:
        results.map(WindowResult::toLine).returns(Types.STRING).print().name(uid).uid(uid);
        break;
      case CSV:
        byOneTask(uid, results, new CsvOperator(sink.directory, settings.windowMs, settings.exactlyOnce));
        break;
      case TOPIC:
        ResultSinkOperator toTopic =
            new ResultSinkOperator(sink.topic, settings.exactlyOnce, RocketMqLogClient::new);
        alsoFoundBy(sink.uri, byOneTask(uid, results, toTopic).name(sink.uri));
        break;
      default:
        results.addSink(new DiscardingSink<>()).name(uid).uid(uid);
    }
  }

  /** By one for the whole job, whatever its parallelism. */
  static <T> SingleOutputStreamOperator<Void> byOneTask(
      String uid, DataStream<T> stream, OneInputStreamOperator<T, Void> sink) {
    return stream.transform(uid, Types.VOID, sink).uid(uid).setParallelism(1).setMaxParallelism(1);
  }

  /** Lets an operator find its state in savepoints of before it had its uid too: by the hash that Flink makes of one. */
  static void alsoFoundBy(String formerUid, SingleOutputStreamOperator<?> operator) {
    operator.setUidHash(Hashing.murmur3_128(0).hashString(formerUid, StandardCharsets.UTF_8).toString());
  }
}
