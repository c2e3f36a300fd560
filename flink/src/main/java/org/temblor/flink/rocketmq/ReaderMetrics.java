package org.temblor.flink.rocketmq;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

/** The figures of one reader, those of FLIP-33 and its own. For any thread, but for `read`: the task's. */
final class ReaderMetrics {
  /** Messages that were deleted before they were read. */
  final Counter lostMessages;

  /** Offsets that a broker would not take; they are told again. */
  final Counter failedCommits;

  // Flink's own, of the task's thread:
  private final Counter numRecordsIn;
  private final Counter numBytesIn;
  private final Counter numRecordsInErrors;

  private final ConcurrentMap<String, Long> pending = new ConcurrentHashMap<>();

  ReaderMetrics(SourceReaderMetricGroup group) {
    lostMessages = group.counter("lostMessages", new ThreadSafeSimpleCounter());
    failedCommits = group.counter("failedOffsetCommits", new ThreadSafeSimpleCounter());
    numRecordsIn = group.getIOMetricGroup().getNumRecordsInCounter();
    numBytesIn = group.getIOMetricGroup().getNumBytesInCounter();
    numRecordsInErrors = group.getNumRecordsInErrorsCounter();
    group.setPendingRecordsGauge(this::pending);
  }

  /** So many messages of a batch have been read, and so often there were bytes that are no reading. */
  void read(RawBatch batch, int messages, long unreadable) {
    numRecordsIn.inc(messages - 1L); // Flink has counted the batch as one
    long bytes = 0;
    for (int i = 0; i < messages; i++) {
      bytes += batch.bodies[i].length;
    }
    numBytesIn.inc(bytes);
    numRecordsInErrors.inc(unreadable);
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
