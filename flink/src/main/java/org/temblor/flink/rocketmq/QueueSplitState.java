package org.temblor.flink.rocketmq;

/** How far a split has been emitted. Of the task's thread. */
public final class QueueSplitState {
  private final TopicQueue queue;
  private final long end;
  private long offset;
  private long storedMs;
  private long highestMs;

  QueueSplitState(QueueSplit split) {
    queue = split.queue();
    end = split.end();
    offset = split.offset();
    storedMs = split.storedMs();
    highestMs = split.highestMs();
  }

  TopicQueue queue() {
    return queue;
  }

  long offset() {
    return offset;
  }

  /** The highest timestamp that was accepted of it, or QueueSplit.NO_TIME. */
  public long highestMs() {
    return highestMs;
  }

  public void observe(long timestampMs) {
    highestMs = Math.max(highestMs, timestampMs);
  }

  /** The first `messages` of a batch have been emitted. */
  void advance(RawBatch batch, int messages) {
    offset = messages == batch.size() ? batch.nextOffset : batch.offsets[messages];
    if (messages > 0) {
      storedMs = batch.storedMs[messages - 1];
    }
  }

  QueueSplit split(long readings) {
    return new QueueSplit(queue, offset, storedMs, end, highestMs, readings);
  }
}
