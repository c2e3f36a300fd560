package org.temblor.flink.core;

/** The reasons for dropping a reading, in the order of schema/rejection.h, by the names that summaries have too. */
public final class RejectionNames {
  private static final String[] NAMES = {
    "parse", "frame", "damaged", "compression", "overlap", "data_quality", "amplitude", "longitude", "latitude",
    "empty_field", "phase_type", "sensor_id_length", "timestamp", "sensor_limit"
  };

  private RejectionNames() {}

  public static String of(int reason) {
    return NAMES[reason];
  }
}
