package org.temblor.flink.core;

/**
 * What is known of the readings of one sensor in one window. Merging gives the same, bit for bit, in any order and any
 * grouping: the sum is not rounded (operators/exact_sum.h). Public fields, so that Flink takes it as a POJO where it is
 * not given a serializer.
 */
public final class Partial {
  public String sensor;

  /** Milliseconds since the epoch. */
  public long windowStart;

  /** The narrow part of the sum: 128 bits in units of 2^-64, two's complement. */
  public long sumLow;

  public long sumHigh;

  /** The wide part of the sum, null in nearly all cases. */
  public byte[] wide;

  public float max = Float.NEGATIVE_INFINITY;
  public float min = Float.POSITIVE_INFINITY;

  /** Readings by phase. */
  public int p;

  public int s;
  public int n;

  /** Adds what another one of the same sensor and window knows. */
  public void merge(Partial other) {
    long low = sumLow + other.sumLow;
    long carry = Long.compareUnsigned(low, sumLow) < 0 ? 1 : 0;
    sumLow = low;
    sumHigh += other.sumHigh + carry;
    if (other.wide != null) {
      wide = wide == null ? other.wide.clone() : NativeCore.addWide(wide, other.wide);
    }
    max = Math.max(max, other.max);
    min = Math.min(min, other.min);
    p += other.p;
    s += other.s;
    n += other.n;
  }

  /** How many readings. */
  public int count() {
    return p + s + n;
  }

  /** The float nearest to the exact mean. */
  public float mean() {
    return NativeCore.mean(sumLow, sumHigh, wide, count());
  }
}
