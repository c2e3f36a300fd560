package org.jzx;

import java.util.Locale;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts the words of the lines that a socket sends, each count in keyed state, so that it goes on after a savepoint, at
 * another parallelism too. Prints {@code (word,count)} for each word that comes. Arguments: host and port, by default
 * {@code node02 9999}.
 */
public final class WordCount {
  private WordCount() {}

  /** Runs the job; ends when it is cancelled. */
  public static void main(String[] args) throws Exception {
    String host = args.length > 0 ? args[0] : "node02";
    int port = args.length > 1 ? Integer.parseInt(args[1]) : 9999;
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    environment
        .addSource(new SocketLines(host, port), "lines of " + host + ":" + port, Types.STRING)
        .uid("lines")
        .flatMap(WordCount::split)
        .returns(Types.STRING)
        .uid("words")
        .keyBy(word -> word, Types.STRING)
        .process(new Count(), Types.TUPLE(Types.STRING, Types.LONG))
        .name("counts")
        .uid("counts")
        .print()
        .name("print");
    environment.execute(WordCount.class.getName());
  }

  private static void split(String line, Collector<String> words) {
    for (String word : line.toLowerCase(Locale.ROOT).split("\\W+")) {
      if (!word.isEmpty()) words.collect(word);
    }
  }

  private static final class Count extends KeyedProcessFunction<String, String, Tuple2<String, Long>> {
    private static final long serialVersionUID = 1;
    private transient ValueState<Long> count;

    @Override
    public void open(Configuration parameters) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(String word, Context context, Collector<Tuple2<String, Long>> counts) throws Exception {
      Long before = count.value();
      long now = before == null ? 1 : before + 1;
      count.update(now);
      counts.collect(Tuple2.of(word, now));
    }
  }
}
