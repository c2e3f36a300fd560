package org.temblor.flink.core;

import java.lang.ref.Cleaner;
import java.util.function.LongConsumer;

/** Something in native memory. It is freed by close(), or, where that was forgotten, with this object. */
abstract class NativeHandle implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Memory memory;
  private final Cleaner.Cleanable cleanable;

  NativeHandle(long address, LongConsumer free) {
    memory = new Memory(address, free);
    cleanable = CLEANER.register(this, memory);
  }

  /** The address, or 0 once it is closed, which the native side refuses. */
  final long address() {
    return memory.address;
  }

  @Override
  public final void close() {
    cleanable.clean();
  }

  /** Must not know the handle, or the handle would never be forgotten. */
  private static final class Memory implements Runnable {
    private long address;
    private final LongConsumer free;

    Memory(long address, LongConsumer free) {
      this.address = address;
      this.free = free;
    }

    @Override
    public void run() {
      long freed = address;
      address = 0;
      free.accept(freed);
    }
  }
}
