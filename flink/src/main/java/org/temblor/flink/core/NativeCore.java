package org.temblor.flink.core;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * The C++ core, as flink/jni/native_core.cc has it. Loading this class loads the library out of the jar, a copy for each
 * class loader: a library belongs to one only, and each job on a TaskManager has its own. Handles are addresses, made and
 * freed by the classes around this one; one thread at a time for each. A mistake of the caller's and a bug of the core's
 * are both an IllegalStateException, and end the task, never the process.
 */
final class NativeCore {
  /** Names a library that is loaded instead of the jar's, for tests under a sanitizer. */
  static final String LIBRARY_PROPERTY = "temblor.native.library";

  static {
    load();
  }

  private NativeCore() {}

  /** JSON, see CommandLine. */
  static native byte[] readArguments(byte[][] arguments);

  // A batch of one pull.
  static native long newBatch();

  static native void freeBatch(long batch);

  static native int rowCount(long batch);

  static native long highestTime(long batch);

  static native long batchMemory(long batch);

  /** Fills `counts`, which has a place for each reason. */
  static native void dropped(long batch, long[] counts);

  /** Delimited letters, or null. */
  static native byte[] deadLetters(long batch);

  // What fills it.
  static native long newDecoder(
      float least, float most, long maxAheadMs, boolean eventTime, boolean keepDead, boolean keepLate, long hashSeed);

  static native void freeDecoder(long decoder);

  /**
   * Takes the first `bytes` of `messages`: `count` messages one behind the other, see BatchDecoder. Stops once `most`
   * readings have been read.
   */
  static native void decode(
      long decoder, long batch, byte[] split, byte[] messages, int bytes, int[] lengths, long[] offsets, int count,
      long referenceMs, long most);

  /** Fills the batch with what did not go into it before; false where there is nothing left. */
  static native boolean decodeMore(long decoder, long batch);

  static native int messagesBegun(long decoder);

  // What empties it.
  static native long newCombiner(long windowMs, long outOfOrdernessMs, boolean eventTime, boolean keepLate);

  static native void freeCombiner(long combiner);

  /** Fills `counts` with how many were accepted and how many late; how many bytes of partials there are to take. */
  static native int combine(long combiner, long batch, long highestMs, long stampMs, long[] counts);

  static native void drain(long combiner);

  static native long combinerMemory(long combiner);

  /** Bytes of native memory of one batch and one combiner at most: base/limits.h. */
  static native long memoryLimit();

  /** Rows, or null. */
  static native byte[] takePartials(long combiner);

  /** Delimited letters, or null. */
  static native byte[] takeLateLetters(long combiner);

  // Letters.
  static native long newLetterMessages(long commit);

  static native void freeLetterMessages(long messages);

  /** Rows, see LetterMessages. */
  static native byte[] letterMessages(long messages, byte[] letters);

  /** Delimited. */
  static native byte[] lateLetter(byte[] sensor, long windowStartMs, int count);

  // Sums and text.
  static native float mean(long low, long high, byte[] wide, int count);

  static native byte[] addWide(byte[] one, byte[] other);

  static native byte[] resultMessage(
      byte[] sensor, long startMs, long endMs, float average, float most, float least, int p, int s, int n);

  static native int queueOf(byte[] key, int queues);

  static native String floatText(float value);

  // For tests.
  static native String echo(
      long number, float real, boolean flag, byte[] bytes, long[] longs, int[] ints, int count);

  static native void fail();

  private static void load() {
    String named = System.getProperty(LIBRARY_PROPERTY);
    if (named != null) {
      System.load(named);
      return;
    }
    String platform = System.getProperty("os.name").toLowerCase(Locale.ROOT) + "-" + System.getProperty("os.arch");
    String resource = "/native/" + platform + "/libtemblor_flink.so";
    try (InputStream library = NativeCore.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new UnsatisfiedLinkError(
            "temblor-flink.jar has no native core for " + platform + " (it was built for linux-amd64: build it there)");
      }
      Path copy = Files.createTempFile("libtemblor_flink", ".so");
      try {
        Files.copy(library, copy, StandardCopyOption.REPLACE_EXISTING);
        System.load(copy.toString());
      } finally {
        Files.delete(copy); // the process keeps what it has loaded
      }
    } catch (IOException failure) {
      UnsatisfiedLinkError error =
          new UnsatisfiedLinkError(
              "the native core cannot be unpacked to " + System.getProperty("java.io.tmpdir") + ": " + failure);
      error.initCause(failure);
      throw error;
    }
  }
}
