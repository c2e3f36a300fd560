package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.util.FlinkRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the queues of the topic while the job runs, and gives each to one reader, once: from then on it is the
 * reader's state that knows how far it is read, and Flink that gives it to another after a restart. All calls are the
 * source coordinator's thread's; only the looking goes on beside it.
 */
final class QueueEnumerator implements SplitEnumerator<QueueSplit, EnumeratorState> {
  private static final Logger LOG = LoggerFactory.getLogger(QueueEnumerator.class);

  private final SplitEnumeratorContext<QueueSplit> context;
  private final TopicSettings settings;
  private final QueueDiscovery discovery;
  private final long startedMs;
  private final Set<TopicQueue> assigned;
  private final List<QueueSplit> unassigned;
  private final Set<Integer> served = new HashSet<>(); // readers that have got a queue here, or heard that there is none
  private boolean foundAll; // by the last look
  private String trouble = "";

  // What the looking needs, which is done by another thread.
  private volatile Set<TopicQueue> known;
  private volatile boolean complete;
  private boolean first; // that thread's own

  QueueEnumerator(
      SplitEnumeratorContext<QueueSplit> context, TopicSettings settings, TopicClient.Factory clients, EnumeratorState state,
      boolean restored) {
    this.context = context;
    this.settings = settings;
    first = !restored;
    startedMs = state.startedMs;
    complete = state.complete;
    assigned = new HashSet<>(state.assigned);
    unassigned = new ArrayList<>(state.unassigned);
    known = known();
    discovery = new QueueDiscovery(clients, settings, startedMs);
  }

  @Override
  public void start() {
    if (!complete) {
      context.callAsync(this::look, this::take, 0, settings.discoveryIntervalMs);
    }
  }

  @Override
  public void addReader(int reader) {
    served.remove(reader);
    assign();
    if (complete) {
      context.signalNoMoreSplits(reader);
    }
  }

  /** Of a reader that failed: what it had been given since the checkpoint that it goes on from. */
  @Override
  public void addSplitsBack(List<QueueSplit> splits, int reader) {
    for (QueueSplit split : splits) {
      assigned.remove(split.queue());
      unassigned.add(split);
    }
    assign();
  }

  @Override
  public void handleSplitRequest(int reader, String host) {} // readers do not ask

  @Override
  public EnumeratorState snapshotState(long checkpoint) {
    return new EnumeratorState(startedMs, complete, assigned, unassigned);
  }

  @Override
  public void close() {
    discovery.leave();
  }

  /** By another thread. Nothing where everything has been found. */
  private Look look() {
    if (complete) {
      return null;
    }
    Look look = new Look(discovery.look(known, first), first);
    first = false;
    return look;
  }

  private Void leave() {
    discovery.leave();
    return null;
  }

  private static final class Look {
    final QueueDiscovery.Found found;
    final boolean first;

    Look(QueueDiscovery.Found found, boolean first) {
      this.found = found;
      this.first = first;
    }
  }

  private void take(Look look, Throwable bug) {
    if (bug != null) {
      throw new FlinkRuntimeException("looking for the queues of " + settings.topic + " failed", bug);
    }
    if (look == null || complete) {
      return;
    }
    context.callAsync(this::leave, (nothing, failure) -> {}); // behind the look, so that nobody waits for it
    QueueDiscovery.Found found = look.found;
    note(found.trouble);
    if (found.trouble != null && look.first && found.splits.isEmpty()) {
      // Of a job that has just begun this is most likely a wrong name: it ends, and Flink may begin it again.
      throw new FlinkRuntimeException(
          "the topic " + settings.topic + " cannot be read at " + settings.nameServers
              + " (is it there, and do its brokers run?)",
          found.trouble);
    }
    for (QueueSplit split : found.splits) {
      if (!known.contains(split.queue())) { // it may have looked twice before it was asked what it saw
        LOG.info("found {}", split);
        unassigned.add(split);
      }
    }
    known = known();
    foundAll = found.trouble == null;
    complete = settings.bounded && foundAll;
    assign();
    if (complete) {
      context.registeredReaders().keySet().forEach(context::signalNoMoreSplits);
    }
  }

  /** Says once what is wrong. */
  private void note(IOException failure) {
    String now = failure == null ? "" : failure + (failure.getCause() == null ? "" : ": " + failure.getCause());
    if (!now.equals(trouble)) {
      if (failure == null) {
        LOG.info("all queues of {} can be asked again", settings.topic);
      } else {
        LOG.warn("{}; looking again every {} ms", now, settings.discoveryIntervalMs);
      }
      trouble = now;
    }
  }

  private Set<TopicQueue> known() {
    Set<TopicQueue> known = new HashSet<>(assigned);
    unassigned.forEach(split -> known.add(split.queue()));
    return known;
  }

  private void assign() {
    for (Iterator<QueueSplit> each = unassigned.iterator(); each.hasNext(); ) {
      QueueSplit split = each.next();
      int reader = readerOf(split.queue());
      if (context.registeredReaders().containsKey(reader)) {
        context.assignSplit(split, reader);
        assigned.add(split.queue());
        served.add(reader);
        each.remove();
      }
    }
    if (foundAll) {
      for (int reader : context.registeredReaders().keySet()) {
        if (served.add(reader)) {
          context.sendEventToSourceReader(reader, new NoQueues()); // it may have some from a checkpoint, and knows that
        }
      }
    }
  }

  /** The queues of a broker go around the readers. */
  private int readerOf(TopicQueue queue) {
    return Math.floorMod((queue.topic() + "/" + queue.broker()).hashCode() + queue.id(), context.currentParallelism());
  }
}
