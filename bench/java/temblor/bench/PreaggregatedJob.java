package temblor.bench;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.time.Time;
import org.temblor.flink.ValueType;
import org.temblor.flink.WindowResult;
import org.temblor.flink.WindowResultSerializer;
import org.temblor.flink.rocketmq.TopicSource;

/** The same job in Java as fast as it can be made: few aggregates travel by key instead of all readings. */
final class PreaggregatedJob {
  private PreaggregatedJob() {}

  static DataStream<WindowResult> results(StreamExecutionEnvironment environment) {
    return environment
        .fromSource(
            new TopicSource<>(StoredTopic.SETTINGS, new ParsedColumns(), StoredTopic.clients()),
            WatermarkStrategy.<Columns>forBoundedOutOfOrderness(Duration.ofSeconds(1)),
            "read")
        .transform("preaggregate", new ValueType<>(Aggregate.class, AggregateSerializer.INSTANCE), new Preaggregate())
        .keyBy(aggregate -> aggregate.sensor, Types.STRING)
        .window(TumblingEventTimeWindows.of(Time.seconds(1)))
        .aggregate(
            new Merge(),
            new Named(),
            new ValueType<>(Aggregate.class, AggregateSerializer.INSTANCE),
            new ValueType<>(Aggregate.class, AggregateSerializer.INSTANCE),
            new ValueType<>(WindowResult.class, new WindowResultSerializer()));
  }

  private static final class Merge implements AggregateFunction<Aggregate, Aggregate, Aggregate> {
    private static final long serialVersionUID = 1;

    @Override
    public Aggregate createAccumulator() {
      return new Aggregate();
    }

    @Override
    public Aggregate add(Aggregate part, Aggregate to) {
      to.merge(part);
      return to;
    }

    @Override
    public Aggregate getResult(Aggregate of) {
      return of;
    }

    @Override
    public Aggregate merge(Aggregate to, Aggregate other) {
      to.merge(other);
      return to;
    }
  }
}
