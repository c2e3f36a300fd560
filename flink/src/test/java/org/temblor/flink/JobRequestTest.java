package org.temblor.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.temblor.flink.core.CommandLine;
import org.temblor.flink.rocketmq.TopicSettings;

/** What is read and what is refused is tested beside the C++ code; here it is that it arrives. */
class JobRequestTest {
  @TempDir Path folder;

  private static String refused(String... arguments) {
    return assertThrows(ProgramParametrizationException.class, () -> JobRequest.read(arguments)).getMessage();
  }

  @Test
  void defaultsAreThoseOfTheEmbeddedRun() throws Exception {
    JobSettings settings = JobRequest.read("--from", "rocketmq://a:9876").settings;
    JobSettings byItself = new JobSettings();
    assertFalse(settings.eventTime);
    assertTrue(settings.exactlyOnce);
    assertEquals(byItself.windowMs, settings.windowMs);
    assertEquals(byItself.outOfOrdernessMs, settings.outOfOrdernessMs);
    assertEquals(byItself.maxAheadMs, settings.maxAheadMs);
    assertEquals(0, settings.maxDriftMs);
    assertEquals(byItself.leastAmplitude, settings.leastAmplitude);
    assertEquals(byItself.mostAmplitude, settings.mostAmplitude);
    assertNull(settings.late);
    assertNull(settings.dead);
    assertEquals(1, settings.sinks.size());
    assertEquals(SinkSettings.Kind.CONSOLE, settings.sinks.get(0).kind);
    TopicSettings topic = settings.topics.get(0);
    TopicSettings defaults = new TopicSettings();
    assertEquals("a:9876", topic.nameServers);
    assertEquals("seismic-data-topic", topic.topic);
    assertEquals("temblor", topic.group);
    assertEquals(TopicSettings.Start.EARLIEST, topic.start);
    assertFalse(topic.bounded);
    assertFalse(topic.stopAtLoss);
    assertEquals(defaults.messagesAPull, topic.messagesAPull);
    assertEquals(defaults.idleTimeoutMs, topic.idleTimeoutMs);
    assertEquals(0, topic.maxRecords);
    assertEquals(7, JobRequest.read("--from", "rocketmq://a:1/t", "--max-records", "7").settings.topics.get(0).maxRecords);
  }

  @Test
  void whatIsWrittenArrives() throws Exception {
    Path file = folder.resolve("temblor.toml");
    Files.write(file, "window = '2s'\nmax-drift = '30s'\n".getBytes(StandardCharsets.UTF_8));
    JobSettings settings =
        JobRequest.read(
                "--config", file.toString(), "--from",
                "rocketmq://a:1,b:2/t%25x?start=2010-05-27T16:24:00Z&group=g&bounded&pull=7&loss=stop",
                "--from=rocketmq://a:1/other", "--sink", "csv:été", "--sink", "rocketmq://a:1/out", "--sink", "null:",
                "--time", "event", "--out-of-orderness", "3s", "--idle-timeout", "0s", "--max-ahead", "4s",
                "--amplitude-range", "-1.5:2.1", "--delivery", "at-least-once")
            .settings;
    assertTrue(settings.eventTime);
    assertFalse(settings.exactlyOnce);
    assertEquals(2_000, settings.windowMs);
    assertEquals(3_000, settings.outOfOrdernessMs);
    assertEquals(4_000, settings.maxAheadMs);
    assertEquals(30_000, settings.maxDriftMs);
    assertEquals(-1.5f, settings.leastAmplitude);
    assertEquals(2.1f, settings.mostAmplitude);
    assertEquals(2, settings.topics.size());
    TopicSettings topic = settings.topics.get(0);
    assertEquals("a:1,b:2", topic.nameServers);
    assertEquals("t%x", topic.topic);
    assertEquals("g", topic.group);
    assertEquals(TopicSettings.Start.TIME, topic.start);
    assertEquals(1274977440000L, topic.startTimeMs);
    assertEquals(7, topic.messagesAPull);
    assertEquals(0, topic.idleTimeoutMs);
    assertTrue(topic.bounded);
    assertTrue(topic.stopAtLoss);
    assertEquals("other", settings.topics.get(1).topic);
    assertEquals(SinkSettings.Kind.CSV, settings.sinks.get(0).kind);
    assertEquals("été", settings.sinks.get(0).directory);
    assertEquals(SinkSettings.Kind.TOPIC, settings.sinks.get(1).kind);
    assertEquals("rocketmq://a:1/out", settings.sinks.get(1).uri);
    assertEquals("out", settings.sinks.get(1).topic.topic);
    assertEquals("temblor-producers", settings.sinks.get(1).topic.group);
    assertEquals(SinkSettings.Kind.NOTHING, settings.sinks.get(2).kind);
  }

  /** A field that the C++ code does not name would silently have its default. */
  @Test
  void everySettingIsHandedOver() throws Exception {
    JsonNode settings =
        new ObjectMapper().readTree(CommandLine.read("--from", "rocketmq://a:1/t", "--sink", "csv:")).get("settings");
    for (Field field : JobSettings.class.getFields()) {
      assertTrue(Modifier.isStatic(field.getModifiers()) || settings.has(field.getName()), field.getName());
    }
    for (Field field : TopicSettings.class.getFields()) {
      boolean handedOver = settings.get("topics").get(0).has(field.getName());
      assertTrue(handedOver || field.getName().equals("discoveryIntervalMs"), field.getName());
    }
  }

  @Test
  void whatIsWrongIsOneLine() {
    assertEquals("temblor: --form: no such option (did you mean --from?)", refused("--form", "x"));
    assertEquals(
        "temblor: --threads: is no setting of a job on Flink (parallelism takes its place: flink run -p N, or temblor flink"
            + " submit --parallelism N)",
        refused("--from", "rocketmq://a:1/t", "--threads", "4"));
    assertEquals(
        "temblor: --from: is missing (name a topic: --from rocketmq://HOST:PORT/TOPIC)", refused("--time", "event"));
  }

  @Test
  void helpAndSettingsAreShown() throws Exception {
    JobRequest help = JobRequest.read("--help");
    assertNull(help.settings);
    assertTrue(help.answer.contains("--out-of-orderness D"), help.answer);
    assertFalse(help.answer.contains("--threads"), help.answer);
    String shown = JobRequest.read("--print-config", "--window", "2s").answer;
    assertNotNull(shown);
    assertTrue(shown.contains("window = \"2s\"  # command line\n"), shown);
  }
}
