package org.temblor.flink.rocketmq;

import java.util.Objects;
import org.apache.flink.api.connector.source.SourceSplit;

/** A queue and how far it has been read. A value, for any thread. */
public final class QueueSplit implements SourceSplit {
  /** The end of a queue that is read for ever. */
  public static final long NO_END = Long.MAX_VALUE;

  /** Where there is no time yet. */
  public static final long NO_TIME = Long.MIN_VALUE;

  private final TopicQueue queue;
  private final long offset;
  private final long storedMs;
  private final long end;
  private final long highestMs;
  private final long readings;

  /** One of which no timestamp was accepted yet. */
  public QueueSplit(TopicQueue queue, long offset, long storedMs, long end) {
    this(queue, offset, storedMs, end, NO_TIME, 0);
  }

  /**
   * `offset` is that of the message that is read next, `storedMs` when the broker stored the one before it (NO_TIME for
   * none), `end` where a bounded source stops, `highestMs` the highest timestamp that was accepted. `readings` is how many
   * were read of all splits together, where that is limited: each of them knows it, so that it is there as long as one is.
   */
  public QueueSplit(TopicQueue queue, long offset, long storedMs, long end, long highestMs, long readings) {
    this.queue = Objects.requireNonNull(queue);
    this.offset = offset;
    this.storedMs = storedMs;
    this.end = end;
    this.highestMs = highestMs;
    this.readings = readings;
  }

  public TopicQueue queue() {
    return queue;
  }

  public long offset() {
    return offset;
  }

  public long storedMs() {
    return storedMs;
  }

  public long end() {
    return end;
  }

  public long highestMs() {
    return highestMs;
  }

  public long readings() {
    return readings;
  }

  @Override
  public String splitId() {
    return queue.splitId();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QueueSplit
        && ((QueueSplit) other).queue.equals(queue)
        && ((QueueSplit) other).offset == offset
        && ((QueueSplit) other).storedMs == storedMs
        && ((QueueSplit) other).end == end
        && ((QueueSplit) other).highestMs == highestMs
        && ((QueueSplit) other).readings == readings;
  }

  @Override
  public int hashCode() {
    return Objects.hash(queue, offset, storedMs, end, highestMs, readings);
  }

  @Override
  public String toString() {
    return splitId() + "@" + offset + (end == NO_END ? "" : "…" + end);
  }
}
