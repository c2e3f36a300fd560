package temblor.bench;

import org.temblor.flink.WindowResult;

/** What is known of one sensor in one window, summed up as everybody does it: in doubles. */
final class Aggregate {
  String sensor;
  long windowStart;
  double sum;
  float max = Float.NEGATIVE_INFINITY;
  float min = Float.POSITIVE_INFINITY;
  int p;
  int s;
  int n;

  void add(float amplitude, char phase) {
    sum += amplitude;
    max = Math.max(max, amplitude);
    min = Math.min(min, amplitude);
    switch (phase) {
      case 'P':
        p++;
        break;
      case 'S':
        s++;
        break;
      default:
        n++;
    }
  }

  void merge(Aggregate other) {
    sum += other.sum;
    max = Math.max(max, other.max);
    min = Math.min(min, other.min);
    p += other.p;
    s += other.s;
    n += other.n;
  }

  WindowResult result(String sensor, long windowStart, long windowEnd) {
    WindowResult result = new WindowResult();
    result.sensor = sensor;
    result.windowStart = windowStart;
    result.windowEnd = windowEnd;
    result.average = (float) (sum / (p + s + n));
    result.max = max;
    result.min = min;
    result.p = p;
    result.s = s;
    result.n = n;
    return result;
  }
}
