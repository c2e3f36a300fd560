package org.temblor.flink.rocketmq;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceOutput;
import org.temblor.flink.ValueType;

/** Emits batches as they are, whole: a budget ends with the one that spends it. For any thread. */
public final class RawBatches implements BatchHandler<RawBatch>, BatchHandler.Factory<RawBatch> {
  private static final long serialVersionUID = 1;

  @Override
  public int emit(RawBatch batch, SourceOutput<RawBatch> output, QueueSplitState state, ReadingBudget budget) {
    if (!batch.isQuiet()) {
      output.collect(batch);
      budget.spend(batch.size());
    }
    return batch.size();
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
