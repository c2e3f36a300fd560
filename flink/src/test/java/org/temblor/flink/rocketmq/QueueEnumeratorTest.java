package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.util.FlinkRuntimeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class QueueEnumeratorTest {
  private final MemoryTopic topic;
  private TestEnumeratorContext context = new TestEnumeratorContext(2);

  QueueEnumeratorTest(TestInfo test) {
    topic = new MemoryTopic("enumerated-" + test.getTestMethod().map(method -> method.getName()).orElse(""));
  }

  private QueueEnumerator begin(String settings) {
    return begin(settings, new EnumeratorState(2, false, Set.of(), List.of()), false);
  }

  private QueueEnumerator begin(String settings, EnumeratorState state, boolean restored) {
    QueueEnumerator enumerator =
        new QueueEnumerator(context, topic.settings(settings), MemoryTopic.clients(), state, restored);
    enumerator.start();
    return enumerator;
  }

  private void register(QueueEnumerator enumerator, int... readers) {
    for (int reader : readers) {
      context.register(reader);
      enumerator.addReader(reader);
    }
  }

  @Test
  void givesEachQueueToOneReaderAndGoesAround() {
    for (int id = 0; id < 6; id++) {
      topic.queue(id);
    }
    QueueEnumerator enumerator = begin("");
    register(enumerator, 0, 1);
    context.tick();
    context.tick();
    assertEquals(6, context.all().size());
    assertEquals(3, context.assigned.get(0).size());
    assertEquals(3, context.assigned.get(1).size());
    assertTrue(context.noMoreSplits.isEmpty());
  }

  /** A JobManager cannot close it any more when the job has ended: its class loader is closed then. */
  @Test
  void keepsNoClientBetweenLooks() {
    topic.queue(0);
    QueueEnumerator enumerator = begin("");
    for (int look = 0; look < 2; look++) {
      context.tick();
      assertEquals(0, topic.openClients());
    }
    register(enumerator, 0, 1);
    assertEquals(1, context.all().size());
    topic.unknown(true);
    context.tick();
    assertEquals(0, topic.openClients());
  }

  @Test
  void waitsForReaders() {
    topic.queue(0);
    topic.queue(1);
    QueueEnumerator enumerator = begin("");
    context.tick();
    register(enumerator, 1);
    assertEquals(Set.of(1), context.assigned.keySet());
    register(enumerator, 0);
    assertEquals(2, context.all().size());
  }

  @Test
  void tellsReadersThatThereIsNothingForThem() {
    topic.queue(0);
    QueueEnumerator enumerator = begin("");
    register(enumerator, 0, 1, 2);
    assertEquals(List.of(), context.withoutQueues); // it has not looked yet
    context.tick();
    int used = context.assigned.keySet().iterator().next();
    Set<Integer> others = new HashSet<>(Set.of(0, 1, 2));
    others.remove(used);
    assertEquals(2, context.withoutQueues.size());
    assertEquals(others, Set.copyOf(context.withoutQueues));
    context.tick();
    assertEquals(2, context.withoutQueues.size());
    int other = others.iterator().next();
    context.fail(other);
    register(enumerator, other);
    assertEquals(List.of(other), context.withoutQueues.subList(2, 3));
  }

  @Test
  void tellsThemNothingWhileABrokerIsAway() {
    topic.queue(0);
    TopicQueue away = topic.queue(1);
    topic.away(away, true);
    QueueEnumerator enumerator = begin("");
    register(enumerator, 0, 1, 2);
    context.tick();
    assertEquals(1, context.all().size());
    assertEquals(List.of(), context.withoutQueues);
    topic.away(away, false);
    context.tick();
    assertEquals(2, context.all().size());
    assertEquals(1, context.withoutQueues.size());
  }

  @Test
  void findsQueuesWhileRunning() {
    topic.queue(0);
    QueueEnumerator enumerator = begin("?start=latest");
    register(enumerator, 0, 1);
    context.tick();
    TopicQueue later = topic.queue(1);
    topic.send(later, "0", "1", "2", "3"); // stored at 0, 1, 2, 3; the job began at 2
    context.tick();
    assertTrue(context.all().contains(new QueueSplit(later, 2, Long.MIN_VALUE, QueueSplit.NO_END)), "" + context.all());
    assertEquals(2, context.all().size());
  }

  @Test
  void restoredOneDoesNotGiveAgainWhatReadersHave() throws Exception {
    topic.queue(0);
    QueueEnumerator before = begin("");
    register(before, 0, 1);
    context.tick();
    EnumeratorState state = before.snapshotState(1);
    topic.queue(1);
    context = new TestEnumeratorContext(4);
    QueueEnumerator after = begin("", state, true);
    register(after, 0, 1, 2, 3);
    context.tick();
    assertEquals(List.of(topic.queue(1)), List.of(context.all().get(0).queue()));
    assertEquals(1, context.all().size());
  }

  @Test
  void restoredOneGivesWhatNobodyHadYet() throws Exception {
    topic.queue(0);
    QueueEnumerator before = begin("");
    context.tick();
    EnumeratorState state = before.snapshotState(1);
    topic.send(topic.queue(0), "since");
    QueueEnumerator after = begin("?start=latest", state, true);
    register(after, 0, 1);
    assertEquals(List.of(new QueueSplit(topic.queue(0), 0, Long.MIN_VALUE, QueueSplit.NO_END)), context.all());
  }

  @Test
  void givesBackWhatAFailedReaderHad() {
    topic.queue(0);
    QueueEnumerator enumerator = begin("");
    register(enumerator, 0, 1);
    context.tick();
    int reader = context.assigned.keySet().iterator().next();
    List<QueueSplit> splits = new ArrayList<>(context.all());
    context.assigned.clear();
    context.fail(reader);
    enumerator.addSplitsBack(splits, reader);
    context.tick();
    assertTrue(context.all().isEmpty());
    register(enumerator, reader);
    assertEquals(splits, context.all());
  }

  @Test
  void boundedOneEndsWhereTheQueuesEnded() {
    topic.send(topic.queue(0), "a", "b");
    topic.queue(1);
    QueueEnumerator enumerator = begin("?bounded");
    register(enumerator, 0);
    context.tick();
    assertEquals(Set.of(0), context.noMoreSplits);
    topic.queue(2);
    context.tick();
    register(enumerator, 1);
    assertEquals(Set.of(0, 1), context.noMoreSplits);
    assertEquals(2, context.all().size());
    assertTrue(context.all().contains(new QueueSplit(topic.queue(0), 0, Long.MIN_VALUE, 2)), "" + context.all());
  }

  @Test
  void boundedOneWaitsForABrokerThatIsAway() {
    topic.send(topic.queue(0), "a");
    topic.away(topic.queue(1), true);
    QueueEnumerator enumerator = begin("?bounded");
    register(enumerator, 0, 1);
    context.tick();
    assertEquals(1, context.all().size());
    assertTrue(context.noMoreSplits.isEmpty());
    topic.away(topic.queue(1), false);
    context.tick();
    assertEquals(2, context.all().size());
    assertEquals(Set.of(0, 1), context.noMoreSplits);
  }

  @Test
  void beginsWhereTheGroupHasReadTo() throws Exception {
    topic.send(topic.queue(0), "a", "b", "c");
    topic.send(topic.queue(1), "a", "b", "c");
    topic.send(topic.queue(2), "a", "b", "c");
    topic.client(1).commit(topic.queue(1), 2);
    topic.client(1).commit(topic.queue(2), 1);
    topic.deleteBefore(topic.queue(2), 2);
    register(begin("?start=group"), 0, 1);
    context.tick();
    for (QueueSplit split : context.all()) {
      assertEquals(split.queue().id() == 0 ? 0 : 2, split.offset(), split.toString());
    }
  }

  @Test
  void unknownTopicEndsAJobThatBegins() {
    topic.unknown(true);
    begin("");
    assertTrue(
        assertThrows(FlinkRuntimeException.class, context::tick).getMessage().contains("cannot be read at memory:1"));
  }

  @Test
  void unknownTopicIsWaitedForByARestoredJob() {
    topic.queue(0);
    topic.unknown(true);
    register(begin("", new EnumeratorState(0, false, Set.of(), List.of()), true), 0, 1);
    context.tick();
    topic.unknown(false);
    context.tick();
    assertEquals(1, context.all().size());
  }
}
