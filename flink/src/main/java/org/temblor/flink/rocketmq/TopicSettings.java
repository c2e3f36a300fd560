package org.temblor.flink.rocketmq;

import java.io.Serializable;

/**
 * Which topic is read or written, and how, as the C++ code has read it from a URI (src/flink/job_request.cc, which names
 * the fields). Filled before the job is built, and not changed then.
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

  private static final long serialVersionUID = 1;

  public String nameServers; // HOST:PORT, with commas between them
  public String topic;
  public String group; // of readers or of senders

  // Of a topic that is read:
  public Start start = Start.EARLIEST;
  public long startTimeMs; // of Start.TIME
  public boolean bounded; // ends at what is there when the job begins
  public boolean stopAtLoss; // where messages were deleted before they were read
  public int messagesAPull = 1024;
  public long idleTimeoutMs = 5_000; // after which a queue that has nothing more is not waited for; 0: never
  public long maxRecords; // readings, of all queues together, after which the source ends; 0: no limit
  public long discoveryIntervalMs = 10_000;
}
