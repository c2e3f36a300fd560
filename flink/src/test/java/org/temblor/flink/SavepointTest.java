package org.temblor.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.restartstrategy.RestartStrategies;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.util.ExceptionUtils;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.temblor.flink.core.Readings;
import org.temblor.flink.rocketmq.MemoryLog;
import org.temblor.flink.rocketmq.MemoryTopic;
import org.temblor.flink.rocketmq.ResultSinkOperator;
import org.temblor.flink.rocketmq.TopicQueue;
import org.temblor.flink.rocketmq.TopicSettings;

/**
 * The job goes on from the savepoints in src/test/resources/savepoints/, one of each version of its state that there has
 * been: open windows, files that wait, and since version 4 results and letters that wait to be sent to topics, and how far
 * those are. A new version is kept, before the state changes again, by
 *
 * <pre>mvn -q -f flink/pom.xml --offline surefire:test -Dtest=SavepointTest#keepsOne \
 *     -Dtest.options=-Dtemblor.keep.savepoint=FOLDER</pre>
 *
 * after tools/build_flink: the file `_metadata` below FOLDER is all of it.
 */
@Timeout(120)
class SavepointTest {
  private static final String KEEP = "temblor.keep.savepoint";
  private static final int READINGS = 12; // in each queue
  private static final int BEFORE = 6; // of them before the savepoint
  private static final int LETTERS = 2; // in each queue between them, of which letters are made: since version 4
  private static final int FIRST_WITH_LETTERS = 4; // and with state of sinks to topics

  @TempDir Path folder;
  private MemoryLog results;
  private MemoryLog late;
  private MemoryLog dead;

  @BeforeEach
  void emptyTopics() {
    results = new MemoryLog("results", 2);
    late = new MemoryLog("late", 2);
    dead = new MemoryLog("dead", 2);
  }

  /**
   * Two queues of three sensors, some 400 ms from one reading to the next; one sensor's sums leave the narrow part. The
   * messages from `first` to `end`; those before it are none that anybody should look at.
   */
  private static MemoryTopic topic(int letters, int first, int end) {
    MemoryTopic topic = new MemoryTopic("savepoint");
    for (int queue = 0; queue < 2; queue++) {
      List<byte[]> messages = new ArrayList<>();
      for (int i = 0; i < READINGS; i++) {
        float amplitude = i % 3 == 2 ? 1e-30f : i / 4f - queue;
        messages.add(Readings.reading("S00" + i % 3, 100 + 400 * i, amplitude, "PSN".substring(queue, queue + 1)));
      }
      if (letters > 0) {
        messages.addAll(BEFORE, List.of(new byte[] {9}, Readings.reading("S00" + queue, 50, 1, "P")));
      }
      for (int i = 0; i < end; i++) {
        topic.send(topic.queue(queue), i < first ? new byte[] {-1} : messages.get(i));
      }
    }
    return topic;
  }

  private static MemoryTopic topic(int first, int end) {
    return topic(0, first, end);
  }

  private static MemoryTopic wholeTopic() {
    return topic(LETTERS, 0, READINGS + LETTERS);
  }

  private static JobClient start(MemoryTopic topic, Path csv, long checkpointMs, String savepoint) throws Exception {
    return start(topic, csv, checkpointMs, savepoint, "csv", null);
  }

  /** With a sink that is found by `uid`, and by `formerUid` too where there is one. */
  private static JobClient start(
      MemoryTopic topic, Path csv, long checkpointMs, String savepoint, String uid, String formerUid) throws Exception {
    Configuration configuration = new Configuration();
    if (savepoint != null) {
      SavepointRestoreSettings.toConfiguration(SavepointRestoreSettings.forPath(savepoint), configuration);
    }
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    environment.enableCheckpointing(checkpointMs);
    environment.setRestartStrategy(RestartStrategies.noRestart());
    environment.getConfig().enableObjectReuse();
    environment.getConfig().setAutoWatermarkInterval(10);
    JobSettings settings = new JobSettings();
    settings.eventTime = true;
    settings.topics.add(topic.settings(""));
    settings.late = topicNamed("late");
    settings.dead = topicNamed("dead");
    DataStream<WindowResult> results =
        SeismicJob.results(environment, settings, MemoryTopic.clients(), MemoryLog.clients());
    SeismicJob.byOneTask(
        "rocketmq:results",
        results,
        new ResultSinkOperator(topicNamed("results"), settings.exactlyOnce, MemoryLog.clients()));
    SingleOutputStreamOperator<Void> sink =
        SeismicJob.byOneTask(
            uid, results, new CsvOperator(csv.toString(), settings.windowMs, settings.exactlyOnce));
    if (formerUid != null) {
      SeismicJob.alsoFoundBy(formerUid, sink);
    }
    return environment.executeAsync();
  }

  private static TopicSettings topicNamed(String name) {
    TopicSettings settings = new TopicSettings();
    settings.topic = name;
    return settings;
  }

  /** Reads all that there is and ends; the files by their names. */
  private Map<String, String> files(MemoryTopic topic, String to, String savepoint) throws Exception {
    Path csv = folder.resolve(to);
    JobClient job = start(topic, csv, 20, savepoint);
    stop(job, topic, topic.messages(), true);
    return files(csv);
  }

  /** Reads all that there is, from a savepoint or from the beginning. */
  private Map<String, String> files(String to, int version, Path savepoint) throws Exception {
    int letters = version < FIRST_WITH_LETTERS ? 0 : LETTERS;
    return files(topic(letters, BEFORE + letters, READINGS + letters), to + version, savepoint.toString());
  }

  /** Once so many messages of each queue are read; where the savepoint lies. */
  private String stop(JobClient job, MemoryTopic topic, long messages, boolean drain) throws Exception {
    Map<TopicQueue, Long> all = Map.of(topic.queue(0), messages, topic.queue(1), messages);
    while (!topic.committed().equals(all)) {
      assertFalse(job.getJobStatus().get().isTerminalState(), "the job has ended");
      Thread.sleep(10);
    }
    String savepoint =
        job.stopWithSavepoint(drain, folder.resolve("end").toString(), SavepointFormatType.CANONICAL).get();
    job.getJobExecutionResult().get();
    return savepoint;
  }

  private static Map<String, String> files(Path csv) throws Exception {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> found = Files.walk(csv)) {
      for (Path file : found.filter(Files::isRegularFile).collect(Collectors.toList())) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return files;
  }

  @Test
  void savepointsOfEachVersionAreGoneOnFrom() throws Exception {
    Map<String, String> expected = files(wholeTopic(), "straight", null);
    assertEquals(List.of("0.csv", "1000.csv", "2000.csv", "3000.csv", "4000.csv"), List.copyOf(expected.keySet()));
    String header = expected.get("0.csv").lines().findFirst().get();
    assertEquals(
        header + "\nS000,0,1000,-0.5,0.0,-1.0,1,1,0\nS001,0,1000,-0.25,0.25,-0.75,1,1,0\n"
            + "S002,0,1000,1e-30,1e-30,1e-30,1,1,0\n",
        expected.get("0.csv"));
    Map<Integer, Path> kept = kept();
    assertFalse(kept.isEmpty());
    for (Map.Entry<Integer, Path> savepoint : kept.entrySet()) {
      assertEquals(
          expected, files("from-", savepoint.getKey(), savepoint.getValue()), "version " + savepoint.getKey());
    }
  }

  /** Those that are kept, by their versions. */
  private TreeMap<Integer, Path> kept() throws Exception {
    TreeMap<Integer, Path> kept = new TreeMap<>();
    try (Stream<Path> found = Files.list(Path.of(URI.create(getClass().getResource("/savepoints").toString())))) {
      found.forEach(savepoint -> kept.put(Integer.valueOf(savepoint.getFileName().toString()), savepoint));
    }
    return kept;
  }

  /** What the savepoint holds for topics is sent once, whether nothing of it had arrived when the job ended, or a part. */
  @Test
  void whatWaitedForATopicIsSentOnce() throws Exception {
    files(wholeTopic(), "straight", null);
    Map<String, List<String>> expected = sent();
    assertEquals(12, expected.get("results").size(), expected::toString);
    assertEquals(2, expected.get("late").size(), expected::toString);
    assertEquals(2, expected.get("dead").size(), expected::toString);
    Map<Integer, Path> kept = kept().tailMap(FIRST_WITH_LETTERS);
    assertFalse(kept.isEmpty());
    for (Map.Entry<Integer, Path> savepoint : kept.entrySet()) {
      emptyTopics();
      files("nothing-", savepoint.getKey(), savepoint.getValue());
      String version = "version " + savepoint.getKey();
      assertEquals(expected, sent(), version);
      MemoryLog[] all = {results, late, dead};
      int[] waited = {3, 2, 2}; // the first window's results
      emptyTopics();
      MemoryLog[] parts = {results, late, dead};
      for (int i = 0; i < all.length; i++) {
        assertEquals(waited[i], ofTheFirstCommit(all[i]), version);
        parts[i].copy(all[i], 1);
        assertTrue(parts[i].messages().size() > 0, version);
      }
      files("a-part-", savepoint.getKey(), savepoint.getValue());
      assertEquals(expected, sent(), version);
    }
  }

  /** What the topics hold, without what a message has of its commit. */
  private Map<String, List<String>> sent() {
    return Map.of("results", sent(results, true), "late", sent(late, false), "dead", sent(dead, false));
  }

  private static List<String> sent(MemoryLog topic, boolean keys) {
    List<String> sent = new ArrayList<>();
    for (MessageExt message : topic.messages()) {
      Map<String, String> properties = new TreeMap<>(message.getProperties());
      properties.remove(MessageConst.PROPERTY_KEYS);
      properties.remove(MemoryLog.WRITER);
      sent.add((keys ? message.getKeys() : "") + properties + Arrays.toString(message.getBody()));
    }
    sent.sort(null);
    return sent;
  }

  private static long ofTheFirstCommit(MemoryLog topic) {
    Map<Long, Long> commits =
        topic.messages().stream()
            .map(message -> message.getProperty(MemoryLog.WRITER))
            .map(mark -> Long.valueOf(mark.substring(mark.indexOf('.') + 1)))
            .collect(Collectors.groupingBy(commit -> commit, TreeMap::new, Collectors.counting()));
    return commits.values().iterator().next();
  }

  /** As that of a topic is, whose uid was the whole URI once; without that name Flink knows of no such sink. */
  @Test
  void aSinkIsFoundByTheUidThatItHadToo() throws Exception {
    Path csv = folder.resolve("csv");
    String before = "rocketmq://a:9876/others";
    MemoryTopic topic = topic(0, BEFORE);
    String savepoint = stop(start(topic, csv, 20, null, before, null), topic, BEFORE, false);
    String now = "rocketmq:others";
    topic = topic(BEFORE, READINGS);
    String next = stop(start(topic, csv, 20, savepoint, now, before), topic, READINGS, false);
    String elsewhere = "rocketmq://b:9876/others";
    MemoryTopic last = topic(READINGS, READINGS);
    stop(start(last, csv, 20, next, now, elsewhere), last, READINGS, true);
    assertEquals(files(topic(0, READINGS), "straight", null), files(csv));

    Exception failure = assertThrows(Exception.class, () -> start(last, csv, 20, savepoint, now, elsewhere));
    assertTrue(
        ExceptionUtils.findThrowableWithMessage(failure, "Cannot map checkpoint/savepoint state").isPresent(),
        failure::toString);
  }

  @Test
  void aTopicIsKnownByItsNameAndItsPlace() throws Exception {
    JobSettings settings =
        JobRequest.read(
                "--from", "rocketmq://a:1/t", "--sink", "console", "--sink", "rocketmq://a:1/r", "--sink", "csv:x",
                "--sink", "rocketmq://b:1/r?group=g", "--sink", "rocketmq://a:1/other", "--sink", "null:")
            .settings;
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1);
    SeismicJob.toSinks(SeismicJob.results(environment, settings, MemoryTopic.clients()), settings);
    List<String> uids =
        environment.getStreamGraph(false).getStreamNodes().stream()
            .map(StreamNode::getTransformationUID)
            .filter(uid -> uid != null)
            .sorted()
            .collect(Collectors.toList());
    assertEquals(
        List.of("combine t", "console", "csv:x", "null:", "read t", "rocketmq:other", "rocketmq:r", "rocketmq:r 2", "window"),
        uids);
  }

  @Test
  @EnabledIfSystemProperty(named = KEEP, matches = ".+")
  void keepsOne() throws Exception {
    MemoryTopic topic = topic(LETTERS, 0, BEFORE + LETTERS);
    JobClient job = start(topic, folder.resolve("csv"), 3_600_000, null);
    Thread.sleep(5_000); // all is read, and its watermark has closed the first window: nothing tells of it
    assertEquals(0, results.messages().size() + late.messages().size() + dead.messages().size());
    job.stopWithSavepoint(false, System.getProperty(KEEP), SavepointFormatType.CANONICAL).get();
    job.getJobExecutionResult().get();
  }
}
