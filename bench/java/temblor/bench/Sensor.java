package temblor.bench;

/** A sensor as one task knows it, and the windows that it has partial aggregates of. */
final class Sensor {
  final String name;
  private Aggregate[] open = new Aggregate[2];
  private int size;

  Sensor(String name) {
    this.name = name;
  }

  /** The aggregate of a window, a new one where there is none yet. */
  Aggregate at(long windowStart) {
    for (int i = size - 1; i >= 0; i--) { // the newest is the likeliest
      if (open[i].windowStart == windowStart) {
        return open[i];
      }
    }
    if (size == open.length) {
      open = java.util.Arrays.copyOf(open, 2 * size);
    }
    Aggregate aggregate = new Aggregate();
    aggregate.sensor = name;
    aggregate.windowStart = windowStart;
    open[size++] = aggregate;
    return aggregate;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Gives up all that it holds. */
  void drain(java.util.function.Consumer<Aggregate> out) {
    for (int i = 0; i < size; i++) {
      out.accept(open[i]);
      open[i] = null;
    }
    size = 0;
  }
}
