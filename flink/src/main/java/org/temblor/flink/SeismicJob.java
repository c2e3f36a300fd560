package org.temblor.flink;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.temblor.flink.rocketmq.RawBatch;
import org.temblor.flink.rocketmq.TopicSettings;
import org.temblor.flink.rocketmq.TopicSource;

/**
 * The job. So far it reads the topic and prints what it got; the native core is to stand between source and sink, and
 * to parse the options.
 */
public final class SeismicJob {
  private SeismicJob() {}

  public static void run(String[] arguments) throws Exception {
    if (arguments.length != 2 || !arguments[0].equals("--from")) {
      throw new IllegalArgumentException("write --from rocketmq://HOST:PORT/TOPIC");
    }
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    environment
        .fromSource(new TopicSource(TopicSettings.parse(arguments[1])), WatermarkStrategy.noWatermarks(), "topic")
        .uid("topic")
        .map(SeismicJob::describe)
        .print();
    environment.execute("temblor");
  }

  private static String describe(RawBatch batch) {
    return batch.splitId + ": " + batch.size() + " messages, before " + batch.nextOffset;
  }
}
