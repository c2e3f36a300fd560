package org.temblor.flink.rocketmq;

import java.io.Serializable;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceOutput;

/** What a reader makes of the batches that it has read, and gives to the operator behind it. Of the task's thread. */
public interface BatchHandler<T> extends AutoCloseable {
  /**
   * Emits what is in a batch, or that there is nothing (RawBatch.isQuiet), on the output of its split; `state` is how far
   * that was before it. It ends where `budget` does; how many messages of the batch it has begun.
   */
  int emit(RawBatch batch, SourceOutput<T> output, QueueSplitState state, ReadingBudget budget);

  /** How many times the last `emit` found bytes that no reading can be made of, as far as it has looked. */
  default long unreadable() {
    return 0;
  }

  /** The watermark of a split whose highest accepted timestamp is this one; QueueSplit.NO_TIME where it has none. */
  default long watermark(long highestMs) {
    return QueueSplit.NO_TIME;
  }

  @Override
  default void close() {}

  /** Makes one for each reader. Sent to where readers are made. */
  interface Factory<T> extends Serializable {
    BatchHandler<T> open();

    TypeInformation<T> type();
  }
}
