package org.temblor.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.restartstrategy.RestartStrategies;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
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
    SeismicJob.results(environment, settings, MemoryTopic.clients())
        .transform("csv", Types.VOID, new CsvOperator(csv.toString(), settings.windowMs, settings.exactlyOnce))
        .uid("csv")
        .setParallelism(1)
        .setMaxParallelism(1);
    return environment.executeAsync();
  }

  /** Reads all that there is and ends; the files by their names. */
  private Map<String, String> files(MemoryTopic topic, String to, String savepoint) throws Exception {
    Path csv = folder.resolve(to);
    JobClient job = start(topic, csv, 20, savepoint);
    Map<TopicQueue, Long> all = Map.of(topic.queue(0), (long) MESSAGES, topic.queue(1), (long) MESSAGES);
    while (!topic.committed().equals(all)) {
      assertFalse(job.getJobStatus().get().isTerminalState(), "the job has ended");
      Thread.sleep(10);
    }
    job.stopWithSavepoint(true, folder.resolve("end").toString(), SavepointFormatType.CANONICAL).get();
    job.getJobExecutionResult().get();
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
