package org.temblor.flink.rocketmq;

import java.io.Serializable;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which topic is read, and how: the URI of the embedded run, rocketmq://HOST:PORT[,HOST:PORT]/TOPIC?start=…&group=…
 * Immutable, for any thread.
 */
public final class TopicSettings implements Serializable {
  /** Where the reading of a queue begins that no checkpoint knows. */
  public enum Start {
    EARLIEST,
    LATEST,
    /** Where the group has read to by the broker's knowledge, otherwise at the earliest. */
    GROUP,
    TIME
  }

  static final String DEFAULT_TOPIC = "seismic-data-topic";
  static final String DEFAULT_GROUP = "temblor";
  static final int MOST_PULLED = 10_000;

  private static final long serialVersionUID = 1;
  private static final Pattern FORM = Pattern.compile("rocketmq://([^/?]+)(?:/([^/?]*))?(?:\\?(.*))?");
  private static final Pattern SERVER = Pattern.compile("[^:,;\\s]+:\\d{1,5}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_%|-]{1,127}");

  public final String nameServers; // HOST:PORT, with commas between them
  public final String topic;
  public final String group;
  public final Start start;
  public final long startTimeMs; // of Start.TIME
  public final boolean bounded; // ends at what is there when the job begins
  public final boolean stopAtLoss; // where messages were deleted before they were read
  public final int messagesAPull;
  public final long discoveryIntervalMs;
  public final long idleTimeoutMs; // after which a queue that has nothing more is not waited for

  private TopicSettings(
      String nameServers, String topic, String group, Start start, long startTimeMs, boolean bounded,
      boolean stopAtLoss, int messagesAPull, long discoveryIntervalMs, long idleTimeoutMs) {
    this.nameServers = nameServers;
    this.topic = topic;
    this.group = group;
    this.start = start;
    this.startTimeMs = startTimeMs;
    this.bounded = bounded;
    this.stopAtLoss = stopAtLoss;
    this.messagesAPull = messagesAPull;
    this.discoveryIntervalMs = discoveryIntervalMs;
    this.idleTimeoutMs = idleTimeoutMs;
  }

  /** Throws an IllegalArgumentException whose message is one line for the user. */
  public static TopicSettings parse(String uri) {
    Matcher form = FORM.matcher(uri);
    check(form.matches(), uri + " is no topic; write rocketmq://HOST:PORT/TOPIC, HOST:PORT being a name server's");
    for (String server : form.group(1).split(",", -1)) {
      check(SERVER.matcher(server).matches(), uri + ": '" + server + "' is no address of a name server");
    }
    String topic = form.group(2) == null || form.group(2).isEmpty() ? DEFAULT_TOPIC : form.group(2).replace("%25", "%");
    check(NAME.matcher(topic).matches(), uri + ": '" + topic + "' cannot be the name of a topic");
    String group = DEFAULT_GROUP;
    String start = "earliest";
    boolean bounded = false;
    boolean stopAtLoss = false;
    int pull = 1024;
    String settings = form.group(3) == null ? "" : form.group(3);
    for (String setting : settings.isEmpty() ? new String[0] : settings.split("&", -1)) {
      String name = setting.replaceFirst("=.*", "");
      String value = setting.length() > name.length() ? setting.substring(name.length() + 1) : "";
      switch (name) {
        case "group":
          check(NAME.matcher(value).matches(), uri + ": '" + value + "' cannot be the name of a group");
          group = value;
          break;
        case "start":
          start = value;
          break;
        case "bounded":
          check(value.isEmpty(), uri + ": 'bounded' takes no value; write ?bounded");
          bounded = true;
          break;
        case "loss":
          check(value.equals("continue") || value.equals("stop"), uri + ": loss: write continue or stop");
          stopAtLoss = value.equals("stop");
          break;
        case "pull":
          check(value.matches("\\d{1,5}"), uri + ": pull: '" + value + "' is no number");
          pull = Integer.parseInt(value);
          check(pull >= 1 && pull <= MOST_PULLED, uri + ": pull: write a whole number from 1 to " + MOST_PULLED);
          break;
        default:
          throw new IllegalArgumentException(
              uri + ": there is no setting '" + name + "'; there are group, start, bounded, pull, loss");
      }
    }
    return new TopicSettings(
        form.group(1), topic, group, startOf(uri, start), startTime(uri, start), bounded, stopAtLoss, pull, 10_000,
        5_000);
  }

  /** The same with queues looked for at another interval. */
  public TopicSettings withDiscoveryInterval(long discoveryIntervalMs) {
    return new TopicSettings(
        nameServers, topic, group, start, startTimeMs, bounded, stopAtLoss, messagesAPull, discoveryIntervalMs,
        idleTimeoutMs);
  }

  /** The same with another idle timeout. */
  public TopicSettings withIdleTimeout(long idleTimeoutMs) {
    return new TopicSettings(
        nameServers, topic, group, start, startTimeMs, bounded, stopAtLoss, messagesAPull, discoveryIntervalMs,
        idleTimeoutMs);
  }

  private static Start startOf(String uri, String text) {
    switch (text) {
      case "earliest":
        return Start.EARLIEST;
      case "latest":
        return Start.LATEST;
      case "group":
        return Start.GROUP;
      default:
        startTime(uri, text);
        return Start.TIME;
    }
  }

  private static long startTime(String uri, String text) {
    if (text.matches("earliest|latest|group")) {
      return 0;
    }
    try {
      return Instant.parse(text).toEpochMilli();
    } catch (DateTimeParseException | ArithmeticException wrong) {
      throw new IllegalArgumentException(
          uri + ": start: write earliest, latest, group, or a time such as 2010-05-27T16:24:00Z", wrong);
    }
  }

  private static void check(boolean good, String otherwise) {
    if (!good) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
