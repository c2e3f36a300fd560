package org.temblor.flink.rocketmq;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceOutput;
import org.temblor.flink.ValueType;

/** Emits batches as they are. For any thread. */
public final class RawBatches implements BatchHandler<RawBatch>, BatchHandler.Factory<RawBatch> {
  private static final long serialVersionUID = 1;

  @Override
  public void emit(RawBatch batch, SourceOutput<RawBatch> output, QueueSplitState state) {
    if (!batch.isQuiet()) {
      output.collect(batch);
    }
  }

  @Override
  public BatchHandler<RawBatch> open() {
    return this;
  }

  @Override
  public TypeInformation<RawBatch> type() {
    return new ValueType<>(RawBatch.class, RawBatchSerializer.INSTANCE);
  }
}
