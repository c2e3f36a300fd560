package org.temblor.flink.rocketmq;

import java.util.Objects;
import org.apache.flink.api.connector.source.SourceSplit;

/** A queue and how far it has been read. A value, for any thread. */
public final class QueueSplit implements SourceSplit {
  /** The end of a queue that is read for ever. */
  public static final long NO_END = Long.MAX_VALUE;

  private final TopicQueue queue;
  private final long offset;
  private final long storedMs;
  private final long end;

  /**
   * `offset` is that of the message that is read next, `storedMs` when the broker stored the one before it (the
   * smallest long for none), `end` where a bounded source stops.
   */
  public QueueSplit(TopicQueue queue, long offset, long storedMs, long end) {
    this.queue = Objects.requireNonNull(queue);
    this.offset = offset;
    this.storedMs = storedMs;
    this.end = end;
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
        && ((QueueSplit) other).end == end;
  }

  @Override
  public int hashCode() {
    return Objects.hash(queue, offset, storedMs, end);
  }

  @Override
  public String toString() {
    return splitId() + "@" + offset + (end == NO_END ? "" : "…" + end);
  }
}
