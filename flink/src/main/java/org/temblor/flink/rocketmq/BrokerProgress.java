package org.temblor.flink.rocketmq;

import java.util.Map;

/**
 * How far a broker was, by its runtime info, with showing in its queues what it has stored: that comes a moment later.
 * A value, for any thread.
 */
public final class BrokerProgress {
  final long stored; // in bytes of its log
  final long shown;

  /** The broker looks at the end of its log first, and then at what is behind: `shown` is never too much. */
  BrokerProgress(Map<String, String> runtimeInfo) {
    stored = Long.parseLong(runtimeInfo.getOrDefault("commitLogMaxOffset", "0"));
    shown = stored - Long.parseLong(runtimeInfo.getOrDefault("dispatchBehindBytes", "0"));
  }

  /** Whether it shows by now all that it had stored then. What others write all the time is not waited for. */
  boolean covers(BrokerProgress then) {
    return shown >= then.stored;
  }
}
