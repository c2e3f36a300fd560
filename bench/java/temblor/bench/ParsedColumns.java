package temblor.bench;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceOutput;
import org.temblor.flink.rocketmq.BatchHandler;
import org.temblor.flink.rocketmq.QueueSplitState;
import org.temblor.flink.rocketmq.RawBatch;
import org.temblor.flink.rocketmq.ReadingBudget;

/**
 * Parses a pull with protobuf-java's own reader of fields, without an object or a string for a record, and filters; one
 * emission for all of it.
 */
final class ParsedColumns implements BatchHandler<Columns>, BatchHandler.Factory<Columns> {
  private static final long serialVersionUID = 1;

  private final transient SensorTable sensors;
  private final transient Columns columns;

  ParsedColumns() {
    this(null, null);
  }

  private ParsedColumns(SensorTable sensors, Columns columns) {
    this.sensors = sensors;
    this.columns = columns;
  }

  @Override
  public BatchHandler<Columns> open() {
    return new ParsedColumns(new SensorTable(), new Columns());
  }

  @Override
  public TypeInformation<Columns> type() {
    return TypeInformation.of(Columns.class); // never serialized: the operator behind it is chained
  }

  @Override
  public int emit(RawBatch batch, SourceOutput<Columns> output, QueueSplitState state, ReadingBudget budget) {
    columns.clear();
    for (byte[] body : batch.bodies) {
      try {
        parse(body);
      } catch (IOException broken) {
        continue;
      }
    }
    if (columns.size > 0) {
      output.collect(columns, columns.highestMs);
    }
    return batch.size();
  }

  private void parse(byte[] body) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(body);
    int sensorAt = 0;
    int sensorBytes = 0;
    long timeMs = 0;
    double longitude = 0;
    double latitude = 0;
    float amplitude = 0;
    int quality = 0;
    char phase = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case 1 << 3 | 2:
          sensorBytes = in.readRawVarint32();
          sensorAt = in.getTotalBytesRead();
          in.skipRawBytes(sensorBytes);
          break;
        case 2 << 3:
          timeMs = in.readInt64();
          break;
        case 3 << 3 | 1:
          longitude = in.readDouble();
          break;
        case 4 << 3 | 1:
          latitude = in.readDouble();
          break;
        case 6 << 3 | 5:
          amplitude = in.readFloat();
          break;
        case 8 << 3 | 2:
          int phaseBytes = in.readRawVarint32();
          phase = phaseBytes == 1 ? (char) body[in.getTotalBytesRead()] : 0;
          in.skipRawBytes(phaseBytes);
          break;
        case 9 << 3:
          quality = in.readInt32();
          break;
        default:
          in.skipField(tag);
      }
    }
    if (quality != 0 && amplitude >= -10 && amplitude <= 10 && longitude >= -180 && longitude <= 180 && latitude >= -90
        && latitude <= 90 && sensorBytes > 0 && timeMs != 0 && (phase == 'P' || phase == 'S' || phase == 'N')) {
      columns.add(sensors.get(body, sensorAt, sensorBytes), timeMs, amplitude, phase);
    }
  }
}
