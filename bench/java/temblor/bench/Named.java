package temblor.bench;

import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.temblor.flink.WindowResult;

/** The aggregate of a window, with the sensor's and the window's name: the peers in Java end alike. */
final class Named extends ProcessWindowFunction<Aggregate, WindowResult, String, TimeWindow> {
  private static final long serialVersionUID = 1;

  @Override
  public void process(
      String sensor, Context context, Iterable<Aggregate> of, Collector<WindowResult> out) {
    out.collect(of.iterator().next().result(sensor, context.window().getStart(), context.window().getEnd()));
  }
}
