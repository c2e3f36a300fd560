package temblor.bench;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.temblor.flink.JobSettings;
import org.temblor.flink.SeismicJob;
import org.temblor.flink.WindowResult;

/** This project's job. */
final class NativeJob {
  private NativeJob() {}

  static DataStream<WindowResult> results(StreamExecutionEnvironment environment) {
    JobSettings settings = new JobSettings();
    settings.eventTime = true;
    settings.topics.add(StoredTopic.SETTINGS);
    return SeismicJob.results(environment, settings, StoredTopic.clients());
  }
}
