package org.temblor.flink.rocketmq;

/** How far a split has been emitted. Of the task's thread. */
final class QueueSplitState {
  private final TopicQueue queue;
  private final long end;
  private long offset;
  private long storedMs;

  QueueSplitState(QueueSplit split) {
    queue = split.queue();
    end = split.end();
    offset = split.offset();
    storedMs = split.storedMs();
  }

  TopicQueue queue() {
    return queue;
  }

  long offset() {
    return offset;
  }

  void advance(RawBatch batch) {
    offset = batch.nextOffset;
    if (batch.size() > 0) {
      storedMs = batch.storedMs[batch.size() - 1];
    }
  }

  QueueSplit split() {
    return new QueueSplit(queue, offset, storedMs, end);
  }
}
