package org.temblor.flink.core;

import java.nio.charset.StandardCharsets;

/** Results as messages of RocketMQ, as the embedded program sends them, by the same code. */
public final class ResultMessage {
  private ResultMessage() {}

  /** A SeismicAggRecord. */
  public static byte[] of(
      String sensor, long startMs, long endMs, float average, float max, float min, int p, int s, int n) {
    return NativeCore.resultMessage(
        sensor.getBytes(StandardCharsets.UTF_8), startMs, endMs, average, max, min, p, s, n);
  }

  /** The place among `queues` of the queue that all results of a sensor go to. */
  public static int queueOf(String sensor, int queues) {
    return NativeCore.queueOf(sensor.getBytes(StandardCharsets.UTF_8), queues);
  }
}
