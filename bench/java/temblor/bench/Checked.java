package temblor.bench;

import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.DoubleCounter;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;
import org.temblor.flink.WindowResult;

/** Takes results and sums up what tells whether they are right: bench/flink_bench.cc sums up the same. */
final class Checked extends RichSinkFunction<WindowResult> {
  private static final long serialVersionUID = 1;
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private transient long rows;
  private transient long hashes; // of all but the averages
  private transient long exactHashes; // of all
  private transient double averages;

  @Override
  public void open(Configuration unused) {
    getRuntimeContext().addAccumulator("rows", new LongCounter());
    getRuntimeContext().addAccumulator("hashes", new LongCounter());
    getRuntimeContext().addAccumulator("exact", new LongCounter());
    getRuntimeContext().addAccumulator("averages", new DoubleCounter());
  }

  @Override
  public void invoke(WindowResult row, Context context) {
    long hash = row.sensor.hashCode();
    hash = mixed(hash, row.windowStart);
    hash = mixed(hash, Float.floatToRawIntBits(row.max));
    hash = mixed(hash, Float.floatToRawIntBits(row.min));
    hash = mixed(hash, row.p);
    hash = mixed(hash, row.s);
    hash = mixed(hash, row.n);
    rows++;
    hashes += hash;
    exactHashes += mixed(hash, Float.floatToRawIntBits(row.average));
    averages += row.average;
  }

  private static long mixed(long hash, long value) {
    long product = (hash ^ value) * FACTOR;
    return product ^ product >>> 32;
  }

  @Override
  public void finish() {
    getRuntimeContext().getLongCounter("rows").add(rows);
    getRuntimeContext().getLongCounter("hashes").add(hashes);
    getRuntimeContext().getLongCounter("exact").add(exactHashes);
    getRuntimeContext().getDoubleCounter("averages").add(averages);
  }

  /** The sums of a job as members of a JSON object. */
  static String json(JobExecutionResult of) {
    return String.format(
        "\"rows\":%d,\"hashes\":\"%016x\",\"exact\":\"%016x\",\"averages\":%.6f",
        of.<Long>getAccumulatorResult("rows"), of.<Long>getAccumulatorResult("hashes"),
        of.<Long>getAccumulatorResult("exact"), of.<Double>getAccumulatorResult("averages"));
  }
}
