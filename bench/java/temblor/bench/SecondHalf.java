package temblor.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a job takes for the second half of its messages, from pull to pull: how it begins and ends, and what the JVM
 * compiles meanwhile, is no part of what a job pays that goes on for months. As much is on its way at one of the two
 * moments as at the other, but for what gathers between two watermarks. Of this process, like the topic.
 */
final class SecondHalf {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final AtomicLong PULLED = new AtomicLong();

  private static volatile Moment half;
  private static volatile Moment end;
  private static volatile long messages;

  private SecondHalf() {}

  private static final class Moment {
    final long pulled;
    final long nanos = System.nanoTime();
    final long cpuNanos = PROCESS.getProcessCpuTime(); // of all threads

    Moment(long pulled) {
      this.pulled = pulled;
    }
  }

  /** A job over so many messages begins. */
  static void begin(long ofAll) {
    PULLED.set(0);
    half = null;
    end = null;
    messages = ofAll;
  }

  /** So many more are pulled. Any thread. */
  static void pull(int more) {
    long before = PULLED.getAndAdd(more);
    if (before < messages / 2 && before + more >= messages / 2) {
      half = new Moment(before + more);
    }
    if (before + more == messages) {
      end = new Moment(messages);
    }
  }

  /** As members of a JSON object; the job has ended. */
  static String json() {
    return String.format(
        "\"measured\":%d,\"seconds\":%.3f,\"cpu_seconds\":%.3f",
        end.pulled - half.pulled, (end.nanos - half.nanos) * 1e-9, (end.cpuNanos - half.cpuNanos) * 1e-9);
  }
}
