package temblor.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.temblor.flink.WindowResult;

/**
 * One of the jobs over records in memory, in a Flink of this process: `JOB FOLDER`, then for each line of the standard
 * input, a parallelism, one run. A line of the standard output says what came out, and what half of it took: the
 * processor's time of the whole process.
 */
public final class Main {
  private static final Map<String, Function<StreamExecutionEnvironment, DataStream<WindowResult>>> JOBS =
      Map.of("native", NativeJob::results, "java", JavaJob::results, "preaggregated", PreaggregatedJob::results);

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    long records = StoredTopic.load(Path.of(arguments[1]));
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.ADDRESS, "127.0.0.1");
    configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    configuration.set(RestOptions.BIND_PORT, "0");
    try (MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .build())) {
      cluster.start();
      BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.gc(); // what the runs before have left is not this one's
        SecondHalf.begin(records);
        StreamExecutionEnvironment environment = new StreamExecutionEnvironment(configuration);
        environment.setParallelism(Integer.parseInt(line));
        environment.getConfig().enableObjectReuse();
        JOBS.get(arguments[0]).apply(environment).addSink(new Checked());
        JobExecutionResult result = cluster.executeJobBlocking(environment.getStreamGraph().getJobGraph());
        System.out.printf(
            "{\"records\":%d,\"by_key\":%d,%s,%s}%n",
            records, byKey(cluster, result), SecondHalf.json(), Checked.json(result));
      }
    }
  }

  /** What has travelled from the source's tasks to the windows'. */
  private static long byKey(MiniCluster cluster, JobExecutionResult of) throws Exception {
    long sum = 0;
    for (AccessExecutionVertex task : cluster.getExecutionGraph(of.getJobID()).get().getAllExecutionVertices()) {
      if (!task.getTaskNameWithSubtaskIndex().startsWith("Source")) {
        sum += task.getCurrentExecutionAttempt().getIOMetrics().getNumRecordsIn();
      }
    }
    return sum;
  }
}
