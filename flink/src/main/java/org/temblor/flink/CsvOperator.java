package org.temblor.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Writes one file for each window, exactly once: by one task, which knows by the watermark that it has all results of a
 * window, and gives a file its name when the checkpoint that holds them is complete. A file that is written again has the
 * same bytes. Without checkpoints a file is there as soon as its window is complete.
 */
final class CsvOperator extends AbstractStreamOperator<Void> implements OneInputStreamOperator<WindowResult, Void> {
  private static final long serialVersionUID = 1;

  private final String directory;
  private final long windowMs;
  private final boolean exactlyOnce;
  private transient CsvFiles files;
  private transient boolean holding; // what is complete until its checkpoint is
  private transient TreeMap<Long, List<WindowResult>> open; // by the start of the window
  private transient List<List<WindowResult>> complete; // since the last checkpoint
  private transient TreeMap<Long, List<List<WindowResult>>> waiting; // by the checkpoint that they are in
  private transient ListState<WindowResult> openState;
  private transient ListState<WindowResult> completeState;

  /** Not exactlyOnce: a file is there as soon as its window is complete. */
  CsvOperator(String directory, long windowMs, boolean exactlyOnce) {
    this.directory = directory;
    this.windowMs = windowMs;
    this.exactlyOnce = exactlyOnce;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    openState = context.getOperatorStateStore().getListState(rows("open"));
    completeState = context.getOperatorStateStore().getListState(rows("complete"));
    files = new CsvFiles(directory);
    holding = exactlyOnce && getRuntimeContext().isCheckpointingEnabled();
    open = byWindow(openState.get());
    complete = new ArrayList<>();
    waiting = new TreeMap<>();
    // Whatever became of the notice: the checkpoint is complete, or it would not be restored from.
    for (List<WindowResult> window : byWindow(completeState.get()).values()) {
      files.write(window);
    }
  }

  private static ListStateDescriptor<WindowResult> rows(String name) {
    return new ListStateDescriptor<>(name, WindowResultSerializer.INSTANCE);
  }

  private static TreeMap<Long, List<WindowResult>> byWindow(Iterable<WindowResult> rows) {
    TreeMap<Long, List<WindowResult>> windows = new TreeMap<>();
    rows.forEach(row -> windows.computeIfAbsent(row.windowStart, start -> new ArrayList<>()).add(row));
    return windows;
  }

  @Override
  public void processElement(StreamRecord<WindowResult> record) {
    WindowResult row = record.getValue();
    open.computeIfAbsent(row.windowStart, start -> new ArrayList<>()).add(row);
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    super.processWatermark(mark);
    while (!open.isEmpty() && open.firstKey() + windowMs - 1 <= mark.getTimestamp()) {
      List<WindowResult> window = open.pollFirstEntry().getValue();
      if (holding) {
        complete.add(window);
      } else {
        files.write(window);
      }
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    waiting.put(context.getCheckpointId(), complete);
    complete = new ArrayList<>();
    List<WindowResult> rows = new ArrayList<>();
    open.values().forEach(rows::addAll);
    openState.update(rows);
    List<WindowResult> unwritten = new ArrayList<>();
    waiting.values().forEach(windows -> windows.forEach(unwritten::addAll));
    completeState.update(unwritten);
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) throws Exception {
    super.notifyCheckpointComplete(checkpoint);
    Map<Long, List<List<WindowResult>>> covered = waiting.headMap(checkpoint, true);
    for (List<List<WindowResult>> windows : covered.values()) {
      for (List<WindowResult> window : windows) {
        files.write(window);
      }
    }
    covered.clear();
  }
}
