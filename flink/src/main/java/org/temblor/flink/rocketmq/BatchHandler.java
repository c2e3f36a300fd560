package org.temblor.flink.rocketmq;

import java.io.Serializable;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceOutput;

/** What a reader makes of the batches that it has read, and gives to the operator behind it. Of the task's thread. */
public interface BatchHandler<T> extends AutoCloseable {
  /**
   * Emits what is in a batch, or that there is nothing (RawBatch.isQuiet), on the output of its split; `state` is how far
   * that was before it.
   */
  void emit(RawBatch batch, SourceOutput<T> output, QueueSplitState state);

  @Override
  default void close() {}

  /** Makes one for each reader. Sent to where readers are made. */
  interface Factory<T> extends Serializable {
    BatchHandler<T> open();

    TypeInformation<T> type();
  }
}
