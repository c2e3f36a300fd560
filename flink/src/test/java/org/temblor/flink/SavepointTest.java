package org.temblor.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.temblor.flink.core.Readings;
import org.temblor.flink.rocketmq.MemoryTopic;
import org.temblor.flink.rocketmq.TopicQueue;

/**
 * The job goes on from the savepoints in src/test/resources/savepoints/, one of each version of its state that there has
 * been. A new version is kept with `-Dtest=SavepointTest -Dtest.options=-Dtemblor.keep.savepoint=FOLDER` for Maven, before
 * the state changes again.
 */
@Timeout(120)
class SavepointTest {
  private static final String KEEP = "temblor.keep.savepoint";
  private static final int MESSAGES = 12; // in each queue
  private static final int BEFORE = 6; // of them before the savepoint

  @TempDir Path folder;

  /**
   * Two queues of three sensors, some 400 ms from one reading to the next; one sensor's sums leave the narrow part. The
   * messages from `first` on; those before it are none that anybody should look at.
   */
  private static MemoryTopic topic(int first, int messages) {
    MemoryTopic topic = new MemoryTopic("savepoint");
    for (int queue = 0; queue < 2; queue++) {
      TopicQueue to = topic.queue(queue);
      for (int i = 0; i < messages; i++) {
        float amplitude = i % 3 == 2 ? 1e-30f : i / 4f - queue;
        topic.send(
            to,
            i < first
                ? new byte[] {-1}
                : Readings.reading("S00" + i % 3, 100 + 400 * i, amplitude, "PSN".substring(queue, queue + 1)));
      }
    }
    return topic;
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
    SingleOutputStreamOperator<Void> sink =
        SeismicJob.byOneTask(
            uid,
            SeismicJob.results(environment, settings, MemoryTopic.clients()),
            new CsvOperator(csv.toString(), settings.windowMs, settings.exactlyOnce));
    if (formerUid != null) {
      SeismicJob.alsoFoundBy(formerUid, sink);
    }
    return environment.executeAsync();
  }

  /** Reads all that there is and ends; the files by their names. */
  private Map<String, String> files(MemoryTopic topic, String to, String savepoint) throws Exception {
    Path csv = folder.resolve(to);
    JobClient job = start(topic, csv, 20, savepoint);
    stop(job, topic, MESSAGES, true);
    return files(csv);
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
    Map<String, String> expected = files(topic(0, MESSAGES), "straight", null);
    assertEquals(List.of("0.csv", "1000.csv", "2000.csv", "3000.csv", "4000.csv"), List.copyOf(expected.keySet()));
    String header = expected.get("0.csv").lines().findFirst().get();
    assertEquals(
        header + "\nS000,0,1000,-0.5,0.0,-1.0,1,1,0\nS001,0,1000,-0.25,0.25,-0.75,1,1,0\n"
            + "S002,0,1000,1e-30,1e-30,1e-30,1,1,0\n",
        expected.get("0.csv"));
    List<Path> kept;
    try (Stream<Path> found = Files.list(Path.of(URI.create(getClass().getResource("/savepoints").toString())))) {
      kept = found.sorted().collect(Collectors.toList());
    }
    assertFalse(kept.isEmpty());
    for (Path savepoint : kept) {
      String version = savepoint.getFileName().toString();
      assertEquals(expected, files(topic(BEFORE, MESSAGES), "from-" + version, savepoint.toString()), version);
    }
  }

  /** As that of a topic is, whose uid was the whole URI once; without that name Flink knows of no such sink. */
  @Test
  void aSinkIsFoundByTheUidThatItHadToo() throws Exception {
    Path csv = folder.resolve("csv");
    String before = "rocketmq://a:9876/results";
    MemoryTopic topic = topic(0, BEFORE);
    String savepoint = stop(start(topic, csv, 20, null, before, null), topic, BEFORE, false);
    String now = "rocketmq:results";
    topic = topic(BEFORE, MESSAGES);
    String next = stop(start(topic, csv, 20, savepoint, now, before), topic, MESSAGES, false);
    String elsewhere = "rocketmq://b:9876/results";
    MemoryTopic last = topic(MESSAGES, MESSAGES);
    stop(start(last, csv, 20, next, now, elsewhere), last, MESSAGES, true);
    assertEquals(files(topic(0, MESSAGES), "straight", null), files(csv));

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
    MemoryTopic topic = topic(0, BEFORE);
    JobClient job = start(topic, folder.resolve("csv"), 3_600_000, null);
    Thread.sleep(5_000); // all is read, and its watermark has closed the first window: nothing tells of it
    job.stopWithSavepoint(false, System.getProperty(KEEP), SavepointFormatType.CANONICAL).get();
    job.getJobExecutionResult().get();
  }
}
