package temblor.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds sensors by the bytes of their ids, without making a string of each. */
final class SensorTable {
  private Sensor[] sensors = new Sensor[1024];
  private byte[][] ids = new byte[1024][];
  private int size;

  Sensor get(byte[] in, int from, int length) {
    int hash = 1;
    for (int i = from; i < from + length; i++) {
      hash = 31 * hash + in[i];
    }
    hash = (hash ^ hash >>> 15) * 0x2C1B3C6D;
    int at = (hash ^ hash >>> 13) & sensors.length - 1;
    for (; ids[at] != null; at = at + 1 & sensors.length - 1) {
      if (Arrays.equals(ids[at], 0, ids[at].length, in, from, from + length)) {
        return sensors[at];
      }
    }
    if (2 * size >= sensors.length) {
      grow();
      return get(in, from, length);
    }
    size++;
    ids[at] = Arrays.copyOfRange(in, from, from + length);
    sensors[at] = new Sensor(new String(ids[at], StandardCharsets.UTF_8));
    return sensors[at];
  }

  private void grow() {
    Sensor[] old = sensors;
    byte[][] oldIds = ids;
    sensors = new Sensor[2 * old.length];
    ids = new byte[2 * old.length][];
    for (int i = 0; i < old.length; i++) {
      if (old[i] != null) {
        put(oldIds[i], old[i]);
      }
    }
  }

  private void put(byte[] id, Sensor sensor) {
    int hash = 1;
    for (byte each : id) {
      hash = 31 * hash + each;
    }
    hash = (hash ^ hash >>> 15) * 0x2C1B3C6D;
    int at = (hash ^ hash >>> 13) & sensors.length - 1;
    while (ids[at] != null) {
      at = at + 1 & sensors.length - 1;
    }
    ids[at] = id;
    sensors[at] = sensor;
  }
}
