package org.temblor.flink.core;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Command lines, by the code of `temblor process`. */
public final class CommandLine {
  private CommandLine() {}

  /** JSON: {"answer": TEXT}, {"error": LINE} or {"settings": {…}}; see src/flink/job_request.h. */
  public static byte[] read(String... arguments) {
    return NativeCore.readArguments(
        Arrays.stream(arguments).map(word -> word.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new));
  }
}
