package org.temblor.flink.rocketmq;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;

/** What a fetch brought: batches, each of one split, and the splits that are at their end. Of one thread at a time. */
final class FetchedBatches implements RecordsWithSplitIds<RawBatch> {
  private final Iterator<RawBatch> batches;
  private final Set<String> finished;
  private RawBatch current;

  FetchedBatches(List<RawBatch> batches, Set<String> finished) {
    this.batches = new ArrayList<>(batches).iterator();
    this.finished = Set.copyOf(finished);
  }

  @Override
  public String nextSplit() {
    current = batches.hasNext() ? batches.next() : null;
    return current == null ? null : current.splitId;
  }

  @Override
  public RawBatch nextRecordFromSplit() {
    RawBatch next = current;
    current = null;
    return next;
  }

  @Override
  public Set<String> finishedSplits() {
    return finished;
  }
}
