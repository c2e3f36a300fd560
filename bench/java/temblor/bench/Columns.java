package temblor.bench;

import java.util.Arrays;

/** The readings of a pull, by columns; used again for each. */
final class Columns {
  Sensor[] sensors = new Sensor[1024];
  long[] timesMs = new long[1024];
  float[] amplitudes = new float[1024];
  char[] phases = new char[1024];
  int size;
  long highestMs;

  void clear() {
    size = 0;
    highestMs = Long.MIN_VALUE;
  }

  void add(Sensor sensor, long timeMs, float amplitude, char phase) {
    if (size == timesMs.length) {
      sensors = Arrays.copyOf(sensors, 2 * size);
      timesMs = Arrays.copyOf(timesMs, 2 * size);
      amplitudes = Arrays.copyOf(amplitudes, 2 * size);
      phases = Arrays.copyOf(phases, 2 * size);
    }
    sensors[size] = sensor;
    timesMs[size] = timeMs;
    amplitudes[size] = amplitude;
    phases[size++] = phase;
    highestMs = Math.max(highestMs, timeMs);
  }
}
