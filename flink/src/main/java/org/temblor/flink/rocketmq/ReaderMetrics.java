package org.temblor.flink.rocketmq;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

/** The figures of one reader, beside those that Flink keeps. For any thread. */
final class ReaderMetrics {
  /** Messages that were deleted before they were read. */
  final Counter lostMessages;

  /** Offsets that a broker would not take; they are told again. */
  final Counter failedCommits;

  private final ConcurrentMap<String, Long> pending = new ConcurrentHashMap<>();

  ReaderMetrics(SourceReaderMetricGroup group) {
    lostMessages = group.counter("lostMessages", new ThreadSafeSimpleCounter());
    failedCommits = group.counter("failedOffsetCommits", new ThreadSafeSimpleCounter());
    group.setPendingRecordsGauge(this::pending);
  }

  /** How many messages of a split the broker has that the reader does not. */
  void pending(String splitId, long messages) {
    pending.put(splitId, Math.max(messages, 0));
  }

  void forget(String splitId) {
    pending.remove(splitId);
  }

  long pending() {
    return pending.values().stream().mapToLong(Long::longValue).sum();
  }
}
