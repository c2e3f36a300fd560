package temblor.bench;

import com.example.seismic.SeismicDataProto.SeismicRecord;

/** What a window wants of a record. */
final class Reading {
  String sensor;
  long timeMs;
  float amplitude;
  char phase;

  static Reading of(SeismicRecord record) {
    Reading reading = new Reading();
    reading.sensor = record.getSensorId();
    reading.timeMs = record.getCollectTimestamp();
    reading.amplitude = record.getSeismicAmplitude();
    reading.phase = record.getPhaseType().charAt(0);
    return reading;
  }
}
