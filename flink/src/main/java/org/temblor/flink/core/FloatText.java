package org.temblor.flink.core;

/** Floats as the embedded program writes them, by the same code. */
public final class FloatText {
  private FloatText() {}

  /** The shortest text that reads back the same: `4.2`, `5.0`, `1e-05`. */
  public static String of(float value) {
    return NativeCore.floatText(value);
  }
}
