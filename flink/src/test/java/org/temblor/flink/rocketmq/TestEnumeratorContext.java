package org.temblor.flink.rocketmq;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;

/** The coordinator of a test: looks when it is told to, and remembers who was given what. Of one thread. */
final class TestEnumeratorContext implements SplitEnumeratorContext<QueueSplit> {
  final Map<Integer, List<QueueSplit>> assigned = new TreeMap<>();
  final Set<Integer> noMoreSplits = new HashSet<>();
  final List<Integer> withoutQueues = new ArrayList<>();

  private final int parallelism;
  private final Map<Integer, ReaderInfo> readers = new HashMap<>();
  private final List<Runnable> periodic = new ArrayList<>();

  TestEnumeratorContext(int parallelism) {
    this.parallelism = parallelism;
  }

  void register(int reader) {
    readers.put(reader, new ReaderInfo(reader, "here"));
  }

  void fail(int reader) {
    readers.remove(reader);
    noMoreSplits.remove(reader);
  }

  /** Lets the interval pass. */
  void tick() {
    new ArrayList<>(periodic).forEach(Runnable::run);
  }

  List<QueueSplit> all() {
    List<QueueSplit> all = new ArrayList<>();
    assigned.values().forEach(all::addAll);
    return all;
  }

  @Override
  public SplitEnumeratorMetricGroup metricGroup() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendEventToSourceReader(int reader, SourceEvent event) {
    if (!(event instanceof NoQueues)) {
      throw new UnsupportedOperationException();
    }
    withoutQueues.add(reader);
  }

  @Override
  public int currentParallelism() {
    return parallelism;
  }

  @Override
  public Map<Integer, ReaderInfo> registeredReaders() {
    return readers;
  }

  @Override
  public void assignSplits(SplitsAssignment<QueueSplit> assignment) {
    assignment.assignment().forEach(
        (reader, splits) -> assigned.computeIfAbsent(reader, unused -> new ArrayList<>()).addAll(splits));
  }

  @Override
  public void signalNoMoreSplits(int reader) {
    noMoreSplits.add(reader);
  }

  @Override
  public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {
    try {
      handler.accept(callable.call(), null);
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public <T> void callAsync(
      Callable<T> callable, BiConsumer<T, Throwable> handler, long initialDelayMs, long periodMs) {
    periodic.add(
        () -> {
          T result;
          try {
            result = callable.call();
          } catch (Exception failure) {
            handler.accept(null, failure);
            return;
          }
          handler.accept(result, null);
        });
  }

  @Override
  public void runInCoordinatorThread(Runnable runnable) {
    runnable.run();
  }
}
