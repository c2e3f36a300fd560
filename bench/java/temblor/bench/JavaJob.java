package temblor.bench;

import com.example.seismic.SeismicDataProto.SeismicRecord;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.time.Time;
import org.temblor.flink.ValueType;
import org.temblor.flink.WindowResult;
import org.temblor.flink.WindowResultSerializer;
import org.temblor.flink.rocketmq.BatchHandler;
import org.temblor.flink.rocketmq.QueueSplitState;
import org.temblor.flink.rocketmq.RawBatch;
import org.temblor.flink.rocketmq.ReadingBudget;
import org.temblor.flink.rocketmq.TopicSource;

/**
 * The job as a competent engineer writes it for Flink: parse with the generated class where the source hands messages out,
 * filter, then Flink's own key, window and aggregation; object reuse, a slim record with a serializer of its own.
 */
final class JavaJob {
  private JavaJob() {}

  static DataStream<WindowResult> results(StreamExecutionEnvironment environment) {
    return environment
        .fromSource(
            new TopicSource<>(StoredTopic.SETTINGS, new Parsed(), StoredTopic.clients()),
            WatermarkStrategy.<SeismicRecord>forBoundedOutOfOrderness(Duration.ofSeconds(1)),
            "read")
        .filter(JavaJob::good)
        .map(Reading::of)
        .returns(new ValueType<>(Reading.class, ReadingSerializer.INSTANCE))
        .keyBy(reading -> reading.sensor, Types.STRING)
        .window(TumblingEventTimeWindows.of(Time.seconds(1)))
        .aggregate(
            new Sum(),
            new Named(),
            new ValueType<>(Aggregate.class, AggregateSerializer.INSTANCE),
            new ValueType<>(Aggregate.class, AggregateSerializer.INSTANCE),
            new ValueType<>(WindowResult.class, new WindowResultSerializer()));
  }

  private static boolean good(SeismicRecord record) {
    String phase = record.getPhaseType();
    return record.getDataQuality() != 0
        && record.getSeismicAmplitude() >= -10 && record.getSeismicAmplitude() <= 10
        && record.getLongitude() >= -180 && record.getLongitude() <= 180
        && record.getLatitude() >= -90 && record.getLatitude() <= 90
        && !record.getSensorId().isEmpty()
        && record.getCollectTimestamp() != 0
        && (phase.equals("P") || phase.equals("S") || phase.equals("N"));
  }

  /** What a source's deserializer does. */
  private static final class Parsed implements BatchHandler<SeismicRecord>, BatchHandler.Factory<SeismicRecord> {
    private static final long serialVersionUID = 1;

    @Override
    public BatchHandler<SeismicRecord> open() {
      return this;
    }

    @Override
    public TypeInformation<SeismicRecord> type() {
      return TypeInformation.of(SeismicRecord.class); // never serialized: what is behind it is chained
    }

    @Override
    public int emit(RawBatch batch, SourceOutput<SeismicRecord> output, QueueSplitState state, ReadingBudget budget) {
      for (byte[] body : batch.bodies) {
        SeismicRecord record;
        try {
          record = SeismicRecord.parseFrom(body);
        } catch (InvalidProtocolBufferException broken) {
          continue;
        }
        output.collect(record, record.getCollectTimestamp());
      }
      return batch.size();
    }
  }

  private static final class Sum implements AggregateFunction<Reading, Aggregate, Aggregate> {
    private static final long serialVersionUID = 1;

    @Override
    public Aggregate createAccumulator() {
      return new Aggregate();
    }

    @Override
    public Aggregate add(Reading reading, Aggregate to) {
      to.add(reading.amplitude, reading.phase);
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
