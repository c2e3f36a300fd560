package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;
import org.temblor.flink.core.ResultMessage;

class TopicLogTest {
  private static final long HOUR_MS = 3_600_000;

  /** Of sensors that have a queue of their own each. */
  private static List<KeyedMessage> messages(String... keys) {
    return Arrays.stream(keys)
        .map(key -> new KeyedMessage(key, key.substring(0, key.indexOf('|')), "", new byte[0]))
        .collect(Collectors.toList());
  }

  /** The name of a sensor whose results are in that one of two queues. */
  private static String sensor(int queue) {
    for (int number = 0; ; number++) {
      if (ResultMessage.queueOf("S" + number, 2) == queue) {
        return "S" + number;
      }
    }
  }

  private static TopicLog resume(MemoryLog topic, LogPosition position) throws Exception {
    return TopicLog.resume(topic.settings(), LogPosition.from(position.toBytes()), topic::open);
  }

  private static void commit(TopicLog log, long number, String... keys) throws IOException {
    log.append(messages(keys), number);
    log.endCommit(number);
  }

  @Test
  void whatHasArrivedIsNotSentAgain() throws Exception {
    MemoryLog topic = new MemoryLog(1);
    topic.put(0, "a|2", "another.7");
    topic.put(0, "a|3", null);
    TopicLog log = TopicLog.begin(topic.settings(), topic::open);
    commit(log, 1, "a|1");
    LogPosition position = log.position(0);
    topic.breakAfter(0);
    assertThrows(IOException.class, () -> commit(log, 2, "a|2", "a|3"));
    topic.breakAfter(9);
    commit(resume(topic, position), 2, "a|2", "a|3", "a|4");
    assertEquals(List.of("a|2 7", "a|3 -", "a|1 1", "a|2 2", "a|3 2", "a|4 2"), topic.stored());
  }

  @Test
  void aCommitThatWasOverIsNotKeptInMindWhereAQueueIsShorter() throws Exception {
    MemoryLog topic = new MemoryLog(1);
    TopicLog log = TopicLog.begin(topic.settings(), topic::open);
    commit(log, 1, "a|1");
    commit(log, 2, "a|2", "a|3");
    LogPosition position = log.position(0);
    assertEquals(3, position.offsets.get(topic.queue(0)));
    topic.keep(0, 2);
    TopicLog resumed = resume(topic, position);
    // As far as the queue goes: nothing is there that could still be asked for.
    assertEquals(2, resumed.position(0).offsets.get(topic.queue(0)));
    commit(resumed, 3, "a|4");
    assertEquals(List.of("a|1 1", "a|2 2", "a|4 3"), topic.stored());
    assertEquals(4, resumed.position(0).floor);
  }

  @Test
  void aShorterQueueIsReadFromTheTimeOfTheCheckpointOn() throws Exception {
    MemoryLog topic = new MemoryLog(1);
    TopicLog log = TopicLog.begin(topic.settings(), topic::open);
    topic.setTime(HOUR_MS);
    commit(log, 1, "a|1");
    topic.setTime(2 * HOUR_MS);
    commit(log, 2, "a|2", "a|3");
    LogPosition position = log.position(2 * HOUR_MS);
    topic.keep(0, 2);
    // A floor of an older job's, so that only the time keeps what is old apart.
    LogPosition unsure = new LogPosition(position.writer, 0, position.timeMs, position.offsets);
    TopicLog resumed = resume(topic, unsure);
    assertEquals(1, resumed.position(0).offsets.get(topic.queue(0))); // a|2 is kept in mind, a|1 is not
    commit(resumed, 3, "a|1", "a|2");
    assertEquals(List.of("a|1 1", "a|2 2", "a|1 3"), topic.stored());
  }

  @Test
  void whatIsCommittedIntoAShorterQueueIsFoundThereNextTime() throws Exception {
    MemoryLog topic = new MemoryLog(2);
    String shorter = sensor(0);
    String other = sensor(1);
    TopicLog log = TopicLog.begin(topic.settings(), topic::open);
    commit(log, 1, shorter + "|1", shorter + "|2");
    LogPosition position = log.position(0);
    commit(log, 2, other + "|1");
    topic.keep(0, 0);
    // From an older checkpoint: what has arrived since is not asked for at once.
    TopicLog resumed = resume(topic, position);
    commit(resumed, 2, shorter + "|3");
    LogPosition next = resumed.position(0);
    topic.breakAfter(0);
    assertThrows(IOException.class, () -> commit(resumed, 3, shorter + "|4"));
    topic.breakAfter(9);
    commit(resume(topic, next), 3, shorter + "|4", other + "|1");
    assertEquals(List.of(shorter + "|3 2", shorter + "|4 3", other + "|1 2"), topic.stored());
  }

  @Test
  void olderPositionsAndMarksAreRead() throws Exception {
    MemoryLog topic = new MemoryLog(1);
    topic.put(0, "a|1", "writer");
    topic.put(0, "a|2", "writer.5");
    topic.put(0, "a|3", "writer.word");
    DataOutputSerializer out = new DataOutputSerializer(64);
    out.writeInt(1);
    out.writeUTF("writer");
    out.writeInt(1);
    topic.queue(0).write(out);
    out.writeLong(9); // further than the queue goes
    LogPosition position = LogPosition.from(out.getCopyOfBuffer());
    assertEquals(0, position.floor);
    assertEquals(LogPosition.NO_TIME, position.timeMs);
    commit(TopicLog.resume(topic.settings(), position, topic::open), 6, "a|1", "a|2", "a|3");
    assertEquals(List.of("a|1 writer", "a|2 5", "a|3 word", "a|3 6"), topic.stored());
    byte[] later = new LogPosition("writer", 0, 0, new TreeMap<>()).toBytes();
    later[3]++;
    assertTrue(assertThrows(IOException.class, () -> LogPosition.from(later)).getMessage().contains("a later job"));
  }

  @Test
  void aSavepointOfAnotherTopicIsRefused() throws Exception {
    MemoryLog topic = new MemoryLog(1);
    LogPosition position = TopicLog.begin(topic.settings(), topic::open).position(0);
    TopicSettings other = topic.settings();
    other.topic = "letters";
    SuppressRestartsException failure =
        assertThrows(SuppressRestartsException.class, () -> TopicLog.resume(other, position, topic::open));
    assertTrue(failure.getCause().getMessage().startsWith("letters: the savepoint is of a job that wrote to results"));
  }

  @Test
  void whatCannotBeReadBackHidesNothing() throws Exception {
    MemoryLog topic = new MemoryLog(1);
    TopicLog log = TopicLog.begin(topic.settings(), topic::open);
    LogPosition position = log.position(0);
    commit(log, 1, "a|1", "a|2");
    topic.damage(0);
    IOException failure = assertThrows(IOException.class, () -> resume(topic, position));
    assertTrue(failure.getMessage().contains("message 0 of 2 cannot be read back"), failure.getMessage());
    topic.damage(-1);
    commit(resume(topic, position), 1, "a|1", "a|2");
    assertEquals(List.of("a|1 1", "a|2 1"), topic.stored());
  }
}
