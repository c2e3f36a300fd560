package org.temblor.flink;

import java.io.Serializable;

/** What the job's operators are told: the settings of `temblor process` that make sense on a cluster. */
public final class JobSettings implements Serializable {
  private static final long serialVersionUID = 1;

  /** Windows by the time of the readings; otherwise by the time of their arrival. */
  public boolean eventTime;

  public long windowMs = 1_000;
  public long outOfOrdernessMs = 1_000;
  public long idleTimeoutMs = 5_000;
  public long maxAheadMs = 60_000;
  public float leastAmplitude = -10;
  public float mostAmplitude = 10;

  /** Whether letters of late readings and of dropped ones are wanted. */
  public boolean keepLate;

  public boolean keepDead;
}
