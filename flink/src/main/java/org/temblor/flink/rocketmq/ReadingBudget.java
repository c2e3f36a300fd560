package org.temblor.flink.rocketmq;

/** How many readings of all splits together may still be read, over the whole life of the job. Of the task's thread. */
public final class ReadingBudget {
  private final long most;
  private long spent;

  /** `most` is 0 where there is no limit. */
  ReadingBudget(long most) {
    this.most = most == 0 ? Long.MAX_VALUE : most;
  }

  public boolean limited() {
    return most != Long.MAX_VALUE;
  }

  public long left() {
    return Math.max(most - spent, 0);
  }

  public void spend(long readings) {
    spent += readings;
  }

  /** So many had been read by a life of the job before this one. */
  void goOnFrom(long readings) {
    spent = Math.max(spent, readings);
  }

  long spent() {
    return spent;
  }
}
