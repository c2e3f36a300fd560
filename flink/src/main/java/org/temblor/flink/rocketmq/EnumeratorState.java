package org.temblor.flink.rocketmq;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What the enumerator keeps in a checkpoint. Immutable, for any thread. */
public final class EnumeratorState {
  final long startedMs; // when the job began for the first time
  final boolean complete; // of a bounded source: all its queues have been found
  final Set<TopicQueue> assigned; // whose positions the readers have
  final List<QueueSplit> unassigned;

  EnumeratorState(long startedMs, boolean complete, Set<TopicQueue> assigned, List<QueueSplit> unassigned) {
    this.startedMs = startedMs;
    this.complete = complete;
    this.assigned = Set.copyOf(assigned);
    this.unassigned = List.copyOf(unassigned);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EnumeratorState
        && ((EnumeratorState) other).startedMs == startedMs
        && ((EnumeratorState) other).complete == complete
        && ((EnumeratorState) other).assigned.equals(assigned)
        && ((EnumeratorState) other).unassigned.equals(unassigned);
  }

  @Override
  public int hashCode() {
    return Objects.hash(startedMs, complete, assigned, unassigned);
  }
}
