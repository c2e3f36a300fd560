package org.temblor.flink;

import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.temblor.flink.core.FloatText;

/**
 * The settings that the job's state was made with, as a text that is kept beside it: with others it would be half read,
 * and nobody would see it. (pipeline/job_settings.cc does the same.)
 */
final class KeptSettings {
  private KeptSettings() {}

  /** A line for each, by the names of the command line. */
  static String of(JobSettings settings) {
    Map<String, String> kept = new TreeMap<>();
    kept.put("time", settings.eventTime ? "event" : "processing");
    kept.put("window", settings.windowMs + "ms");
    kept.put("amplitude-range", FloatText.of(settings.leastAmplitude) + ":" + FloatText.of(settings.mostAmplitude));
    if (settings.eventTime) {
      kept.put("out-of-orderness", settings.outOfOrdernessMs + "ms");
      kept.put("max-ahead", settings.maxAheadMs + "ms");
    }
    StringBuilder text = new StringBuilder();
    kept.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return text.toString();
  }

  /** Ends the job, and lets nobody try again, where `then`, out of the state, differs from what is in force `now`. */
  static void check(String then, String now) {
    Map<String, String> before = read(then);
    Map<String, String> after = read(now);
    Map<String, String> all = new TreeMap<>(before);
    all.putAll(after);
    for (String name : all.keySet()) {
      String was = before.getOrDefault(name, "not set");
      String is = after.getOrDefault(name, "not set");
      if (!was.equals(is)) {
        throw new SuppressRestartsException(
            new IllegalArgumentException(
                "the savepoint is of another job: --" + name + " was " + was + ", and is " + is
                    + " now (go on with the old setting, or start the new job without it)"));
      }
    }
  }

  private static Map<String, String> read(String text) {
    Map<String, String> settings = new TreeMap<>();
    text.lines().forEach(line -> settings.put(line.split("=", 2)[0], line.split("=", 2)[1]));
    return settings;
  }
}
