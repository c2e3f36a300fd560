package org.temblor.flink;

import java.io.Serializable;
import java.util.ArrayList;
import org.temblor.flink.rocketmq.TopicSettings;

/**
 * What the job's operators are told: the settings of `temblor process` that make sense on a cluster, as the C++ code has
 * read them (src/flink/job_request.cc, which names the fields). Filled before the job is built, and not changed then.
 */
public final class JobSettings implements Serializable {
  private static final long serialVersionUID = 1;

  /** What is read; one at least. */
  public ArrayList<TopicSettings> topics = new ArrayList<>();

  public ArrayList<SinkSettings> sinks = new ArrayList<>();

  /** Where letters of late readings and of dropped ones go; null where they are only counted. */
  public TopicSettings late;

  public TopicSettings dead;

  /** Windows by the time of the readings; otherwise by the time of their arrival. */
  public boolean eventTime;

  public long windowMs = 1_000;
  public long outOfOrdernessMs = 1_000;
  public long maxAheadMs = 60_000;

  /** Splits further ahead of the slowest pause; 0: none does. */
  public long maxDriftMs;

  public float leastAmplitude = -10;
  public float mostAmplitude = 10;

  /** Results leave with the checkpoint that holds them; otherwise when their window closes. */
  public boolean exactlyOnce = true;
}
