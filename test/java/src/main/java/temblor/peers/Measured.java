package temblor.peers;

import com.alibaba.fastjson.JSONObject;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Time and processor time from its making to the report. */
final class Measured {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final long started = System.nanoTime();
  private final long cpuStarted = SYSTEM.getProcessCpuTime();

  JSONObject report(long messages) {
    double seconds = (System.nanoTime() - started) / 1e9;
    double cpuSeconds = (SYSTEM.getProcessCpuTime() - cpuStarted) / 1e9;
    return new JSONObject(true)
        .fluentPut("messages", messages)
        .fluentPut("seconds", seconds)
        .fluentPut("cpu_seconds", cpuSeconds);
  }
}
