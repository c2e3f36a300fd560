package temblor.bench;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Sums up what a task has read, across pulls, and gives it up before a barrier, before a watermark and at the end. */
final class Preaggregate extends AbstractStreamOperator<Aggregate>
    implements OneInputStreamOperator<Columns, Aggregate> {
  private static final long serialVersionUID = 1;
  private static final long WINDOW_MS = 1_000;

  private transient List<Sensor> touched;

  Preaggregate() {
    chainingStrategy = ChainingStrategy.ALWAYS;
  }

  @Override
  public void open() throws Exception {
    super.open();
    touched = new ArrayList<>();
  }

  @Override
  public void processElement(StreamRecord<Columns> record) {
    Columns columns = record.getValue();
    for (int i = 0; i < columns.size; i++) {
      Sensor sensor = columns.sensors[i];
      if (sensor.isEmpty()) {
        touched.add(sensor);
      }
      long timeMs = columns.timesMs[i];
      sensor.at(timeMs - Math.floorMod(timeMs, WINDOW_MS)).add(columns.amplitudes[i], columns.phases[i]);
    }
  }

  private void drain() {
    StreamRecord<Aggregate> record = new StreamRecord<>(null);
    for (Sensor sensor : touched) {
      sensor.drain(aggregate -> output.collect(record.replace(aggregate, aggregate.windowStart)));
    }
    touched.clear();
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    drain();
    super.processWatermark(mark);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    drain();
    super.prepareSnapshotPreBarrier(checkpoint);
  }

  @Override
  public void finish() throws Exception {
    drain();
    super.finish();
  }
}
