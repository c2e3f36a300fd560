package org.temblor.flink;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.temblor.flink.core.Partial;
import org.temblor.flink.rocketmq.TopicSettings;
import org.temblor.flink.rocketmq.TopicSinkOperator;
import org.temblor.flink.rocketmq.TopicSource;

/**
 * The way of a record: topic, native decoding and cleaning in the source, native combining behind it, then by sensor to
 * the windows, and from there to the sinks.
 */
public final class SeismicJob {
  private SeismicJob() {}

  /** The results of the topics, before any sink. */
  static DataStream<WindowResult> results(
      StreamExecutionEnvironment environment, List<TopicSettings> topics, JobSettings settings) {
    WatermarkStrategy<ReadingBatch> watermarks =
        settings.eventTime
            ? WatermarkStrategy.forGenerator(context -> new SplitProgress(settings.outOfOrdernessMs))
            : WatermarkStrategy.noWatermarks();
    DataStream<Partial> partials = null;
    for (TopicSettings topic : topics) {
      SingleOutputStreamOperator<Partial> of =
          environment
              .fromSource(
                  new TopicSource<>(
                      topic.withIdleTimeout(settings.idleTimeoutMs), new DecodedBatches.Factory(settings)),
                  watermarks,
                  "read " + topic.topic)
              .uid("read " + topic.topic)
              .transform(
                  "combine", new ValueType<>(Partial.class, PartialSerializer.INSTANCE), new CombineOperator(settings))
              .uid("combine " + topic.topic);
      partials = partials == null ? of : partials.union(of);
    }
    return partials
        .keyBy(partial -> partial.sensor, Types.STRING)
        .transform(
            "window",
            new ValueType<>(WindowResult.class, WindowResultSerializer.INSTANCE),
            new WindowOperator(settings.windowMs))
        .uid("window");
  }

  public static void run(String[] arguments) throws Exception {
    List<TopicSettings> topics = new ArrayList<>();
    List<String> sinks = new ArrayList<>();
    JobSettings settings = new JobSettings();
    for (int i = 0; i < arguments.length; i += 2) {
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      switch (arguments[i]) {
        case "--from":
          topics.add(TopicSettings.parse(value));
          break;
        case "--sink":
          sinks.add(value);
          break;
        case "--time":
          settings.eventTime = value.equals("event");
          break;
        default:
          throw new IllegalArgumentException(arguments[i] + " is no option; there are --from, --sink, --time");
      }
    }
    if (topics.isEmpty()) {
      throw new IllegalArgumentException("write --from rocketmq://HOST:PORT/TOPIC");
    }
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    environment.getConfig().enableObjectReuse();
    DataStream<WindowResult> results = results(environment, topics, settings);
    for (String sink : sinks.isEmpty() ? List.of("console") : sinks) {
      to(sink, results, settings);
    }
    environment.execute("org.jzx.version1.SeismicDataFlinkConsumer");
  }

  private static void to(String sink, DataStream<WindowResult> results, JobSettings settings) {
    if (sink.equals("console")) {
      results.map(WindowResult::toLine).returns(Types.STRING).print().name("console").uid("console");
    } else if (sink.startsWith("csv:")) {
      String directory = sink.equals("csv:") ? "output/seismic_agg_result" : sink.substring("csv:".length());
      results
          .transform(sink, Types.VOID, new CsvOperator(directory, settings.windowMs))
          .uid(sink)
          .setParallelism(1)
          .setMaxParallelism(1);
    } else if (sink.startsWith("rocketmq:")) {
      results
          .transform(sink, Types.VOID, new TopicSinkOperator(TopicSettings.parse(sink)))
          .uid(sink)
          .setParallelism(1)
          .setMaxParallelism(1);
    } else {
      throw new IllegalArgumentException(
          sink + ": this sink is not known here; there are console, csv:DIR and rocketmq://HOST:PORT/TOPIC");
    }
  }
}
