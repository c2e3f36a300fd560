package org.temblor.flink;

import org.temblor.flink.core.FloatText;
import org.temblor.flink.core.Partial;

/** One window of one sensor, closed. Immutable by agreement. */
public final class WindowResult {
  public String sensor;

  /** Milliseconds since the epoch; the end is no part of the window. */
  public long windowStart;

  public long windowEnd;
  public float average;
  public float max;
  public float min;

  /** Readings by phase. */
  public int p;

  public int s;
  public int n;

  public static WindowResult of(Partial all, long windowMs) {
    WindowResult result = new WindowResult();
    result.sensor = all.sensor;
    result.windowStart = all.windowStart;
    result.windowEnd = all.windowStart + windowMs;
    result.average = all.mean();
    result.max = all.max;
    result.min = all.min;
    result.p = all.p;
    result.s = all.s;
    result.n = all.n;
    return result;
  }

  /** The line of the console: `Window Result: S001 avg=4.2 max=5.0 min=3.2 P=12 S=8 N=5`. */
  public String toLine() {
    return "Window Result: " + sensor + " avg=" + FloatText.of(average) + " max=" + FloatText.of(max) + " min="
        + FloatText.of(min) + " P=" + p + " S=" + s + " N=" + n;
  }
}
