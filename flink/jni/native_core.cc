// The core as the JVM sees it: the native methods of org.temblor.flink.core.NativeCore. Handles are addresses of what
// the JVM has made here and frees here; whatever goes wrong becomes a Java exception, a bug's assertion too.
#include <jni.h>

#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/file_system.h"
#include "base/hash.h"
#include "base/limits.h"
#include "connectors/rocketmq/keyed_message.h"
#include "flink/batch_combiner.h"
#include "flink/batch_decoder.h"
#include "flink/job_request.h"
#include "flink/record_batch.h"
#include "operators/exact_sum.h"
#include "schema/float_text.h"
#include "schema/letter_reader.h"
#include "schema/record_pack.h"
#include "schema/serializer.h"

namespace temblor::flink {
namespace {

using rocketmq::LetterMessages;

/// A Java exception is pending: nothing more is to be done here.
struct Thrown {};

void throw_java(JNIEnv* env, const char* kind, const std::string& what) {
  const jclass type = env->FindClass(kind);
  if (type != nullptr) env->ThrowNew(type, what.c_str());
}

/// Runs `body`; what it throws becomes a Java exception, and the answer a default.
template <class Body>
auto guarded(JNIEnv* env, const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (const Thrown&) {
    // It is pending already.
  } catch (const std::bad_alloc&) {
    throw_java(env, "java/lang/OutOfMemoryError", "temblor: no native memory is left");
  } catch (const std::exception& problem) {
    throw_java(env, "java/lang/IllegalStateException", problem.what());
  }
  return decltype(body())();
}

template <class Type>
Type& behind(jlong handle) {
  TEMBLOR_ASSERT(handle != 0);
  return *reinterpret_cast<Type*>(handle);
}

template <class Type, class... Arguments>
jlong make(JNIEnv* env, Arguments&&... arguments) {
  return guarded(env, [&] { return reinterpret_cast<jlong>(new Type(std::forward<Arguments>(arguments)...)); });
}

template <class Type>
void free_handle(JNIEnv* /*env*/, jclass /*type*/, jlong handle) {
  delete reinterpret_cast<Type*>(handle);
}

std::string bytes_of(JNIEnv* env, jbyteArray array) {
  std::string bytes(static_cast<std::size_t>(env->GetArrayLength(array)), '\0');
  env->GetByteArrayRegion(array, 0, static_cast<jsize>(bytes.size()), reinterpret_cast<jbyte*>(bytes.data()));
  return bytes;
}

/// None where there is nothing.
jbyteArray array_of(JNIEnv* env, std::string_view bytes) {
  if (bytes.empty()) return nullptr;
  if (bytes.size() > 0x7FFFFFFFU) throw std::length_error("more than 2 GiB at once");
  const auto size = static_cast<jsize>(bytes.size());
  const jbyteArray array = env->NewByteArray(size);
  if (array == nullptr) throw Thrown();
  env->SetByteArrayRegion(array, 0, size, reinterpret_cast<const jbyte*>(bytes.data()));
  return array;
}

void store(JNIEnv* env, jlongArray into, const std::vector<jlong>& values) {
  env->SetLongArrayRegion(into, 0, static_cast<jsize>(values.size()), values.data());
  if (env->ExceptionCheck() == JNI_TRUE) throw Thrown();
}

/// The first `count` values of an array, in `values`.
void load(JNIEnv* env, jlongArray from, jint count, std::vector<jlong>& values) {
  if (count < 0) throw std::invalid_argument("there cannot be fewer values than none");
  values.resize(static_cast<std::size_t>(count));
  env->GetLongArrayRegion(from, 0, count, values.data());
  if (env->ExceptionCheck() == JNI_TRUE) throw Thrown();
}
void load(JNIEnv* env, jintArray from, jint count, std::vector<jint>& values) {
  if (count < 0) throw std::invalid_argument("there cannot be fewer values than none");
  values.resize(static_cast<std::size_t>(count));
  env->GetIntArrayRegion(from, 0, count, values.data());
  if (env->ExceptionCheck() == JNI_TRUE) throw Thrown();
}

// Settings.

/// The answer to a command line as JSON: {"answer": …}, {"error": …} or {"settings": …}.
nlohmann::json answer_to(const std::vector<std::string>& arguments) {
  CLI::App app("Reads readings from topics, cleans them, and writes their windows, as a job on Apache Flink.",
               "flink run temblor-flink.jar");
  PosixFileSystem files;
  const auto request = read_job_request(app, arguments, files);
  if (!request) return {{"error", request.error().to_line()}};
  if (request->answer) return {{"answer", *request->answer}};
  return {{"settings", nlohmann::json::parse(request->settings)}};
}

jbyteArray read_arguments(JNIEnv* env, jclass /*type*/, jobjectArray arguments) {
  return guarded(env, [&] {
    std::vector<std::string> words;
    for (jsize i = 0; i < env->GetArrayLength(arguments); ++i) {
      const auto word = static_cast<jbyteArray>(env->GetObjectArrayElement(arguments, i));
      words.push_back(bytes_of(env, word));
      env->DeleteLocalRef(word);
    }
    return array_of(env, answer_to(words).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  });
}

// Batches.

jlong new_batch(JNIEnv* env, jclass /*type*/) { return make<RecordBatch>(env); }

jint row_count(JNIEnv* env, jclass /*type*/, jlong batch) {
  return guarded(env, [&] { return static_cast<jint>(behind<RecordBatch>(batch).rows().size()); });
}

jlong highest_time(JNIEnv* env, jclass /*type*/, jlong batch) {
  return guarded(env, [&] { return to_ms(behind<RecordBatch>(batch).highest); });
}

jlong batch_memory(JNIEnv* env, jclass /*type*/, jlong batch) {
  return guarded(env, [&] { return static_cast<jlong>(behind<RecordBatch>(batch).memory_bytes()); });
}

void dropped(JNIEnv* env, jclass /*type*/, jlong batch, jlongArray into) {
  guarded(env, [&] {
    const auto& counts = behind<RecordBatch>(batch).dropped;
    store(env, into, {counts.begin(), counts.end()});
  });
}

jbyteArray dead_letters(JNIEnv* env, jclass /*type*/, jlong batch) {
  return guarded(env, [&] { return array_of(env, behind<RecordBatch>(batch).dead_letters); });
}

// Decoding.

/// A decoder, and where lengths and offsets lie while it works.
struct TaskDecoder {
  explicit TaskDecoder(const BatchDecoder::Settings& settings) : decoder(settings) {}
  BatchDecoder decoder;
  std::vector<jint> lengths;
  std::vector<jlong> offsets;
};

jlong new_decoder(JNIEnv* env, jclass /*type*/, jfloat least, jfloat most, jlong max_ahead_ms, jboolean event_time,
                  jboolean keep_dead, jboolean keep_late, jlong hash_seed) {
  return make<TaskDecoder>(env, BatchDecoder::Settings{.amplitudes = {.min = least, .max = most},
                                                       .max_ahead = Milliseconds(max_ahead_ms),
                                                       .event_time = event_time == JNI_TRUE,
                                                       .keep_dead = keep_dead == JNI_TRUE,
                                                       .keep_late = keep_late == JNI_TRUE,
                                                       .hash_seed = static_cast<std::uint64_t>(hash_seed)});
}

void decode(JNIEnv* env, jclass /*type*/, jlong decoder, jlong batch, jbyteArray split, jbyteArray messages, jint bytes,
            jintArray lengths, jlongArray offsets, jint count, jlong reference_ms, jlong most) {
  guarded(env, [&] {
    auto& task = behind<TaskDecoder>(decoder);
    RecordBatch& into = behind<RecordBatch>(batch);
    into.split = bytes_of(env, split);
    if (bytes < 0) throw std::invalid_argument("there cannot be fewer bytes than none");
    env->GetByteArrayRegion(messages, 0, bytes,
                            reinterpret_cast<jbyte*>(into.room_for(static_cast<std::size_t>(bytes))));
    if (env->ExceptionCheck() == JNI_TRUE) throw Thrown();
    load(env, lengths, count, task.lengths);
    load(env, offsets, count, task.offsets);
    const auto decoded = task.decoder.decode(task.lengths, task.offsets, timestamp_from_ms(reference_ms), into,
                                             static_cast<std::uint64_t>(most));
    if (!decoded) throw std::invalid_argument(decoded.error().to_line());
  });
}

jboolean decode_more(JNIEnv* env, jclass /*type*/, jlong decoder, jlong batch) {
  return guarded(env, [&] {
    const bool more = behind<TaskDecoder>(decoder).decoder.decode_more(behind<RecordBatch>(batch));
    return static_cast<jboolean>(more ? JNI_TRUE : JNI_FALSE);
  });
}

jint messages_begun(JNIEnv* env, jclass /*type*/, jlong decoder) {
  return guarded(env, [&] { return static_cast<jint>(behind<TaskDecoder>(decoder).decoder.begun()); });
}

// Combining.

/// A combiner, and what it has given up that the JVM has not taken yet.
struct TaskCombiner {
  explicit TaskCombiner(const BatchCombiner::Settings& settings) : combiner(settings) {}
  BatchCombiner combiner;
  std::string partials;
  std::string late_letters;

  [[nodiscard]] std::size_t memory_bytes() const {
    return combiner.memory_bytes() + partials.capacity() + late_letters.capacity();
  }
};

jlong new_combiner(JNIEnv* env, jclass /*type*/, jlong window_ms, jlong out_of_orderness_ms, jboolean event_time,
                   jboolean keep_late) {
  return make<TaskCombiner>(env, BatchCombiner::Settings{.window = Milliseconds(window_ms),
                                                         .out_of_orderness = Milliseconds(out_of_orderness_ms),
                                                         .event_time = event_time == JNI_TRUE,
                                                         .keep_late = keep_late == JNI_TRUE});
}

jint combine(JNIEnv* env, jclass /*type*/, jlong combiner, jlong batch, jlong highest_ms, jlong stamp_ms,
             jlongArray counts) {
  return guarded(env, [&] {
    auto& task = behind<TaskCombiner>(combiner);
    const auto added = task.combiner.add(behind<RecordBatch>(batch), timestamp_from_ms(highest_ms),
                                         timestamp_from_ms(stamp_ms), task.partials, task.late_letters);
    store(env, counts, {static_cast<jlong>(added.accepted), static_cast<jlong>(added.late)});
    return static_cast<jint>(task.partials.size());
  });
}

jlong combiner_memory(JNIEnv* env, jclass /*type*/, jlong combiner) {
  return guarded(env, [&] { return static_cast<jlong>(behind<TaskCombiner>(combiner).memory_bytes()); });
}

jlong memory_limit(JNIEnv* /*env*/, jclass /*type*/) { return static_cast<jlong>(limits::kFlinkTaskBytes); }

void drain(JNIEnv* env, jclass /*type*/, jlong combiner) {
  guarded(env, [&] {
    auto& task = behind<TaskCombiner>(combiner);
    task.combiner.drain(task.partials);
  });
}

/// What an uncommon lot took is given back.
jbyteArray take(JNIEnv* env, std::string& bytes) {
  const jbyteArray array = array_of(env, bytes);
  if (bytes.capacity() > limits::kBatchBytes) {
    std::string().swap(bytes);
  } else {
    bytes.clear();
  }
  return array;
}

jbyteArray take_partials(JNIEnv* env, jclass /*type*/, jlong combiner) {
  return guarded(env, [&] { return take(env, behind<TaskCombiner>(combiner).partials); });
}

jbyteArray take_late_letters(JNIEnv* env, jclass /*type*/, jlong combiner) {
  return guarded(env, [&] { return take(env, behind<TaskCombiner>(combiner).late_letters); });
}

// Letters.

void append_sized(std::string_view bytes, std::string& out) {
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(bytes.size() >> shift);
  out += bytes;
}

/// Rows of key, what chooses the queue, properties and body, each with its length before it: four bytes, the lowest
/// first.
jbyteArray letter_messages(JNIEnv* env, jclass /*type*/, jlong messages, jbyteArray letters) {
  return guarded(env, [&] {
    auto& of_commit = behind<LetterMessages>(messages);
    const std::string bytes = bytes_of(env, letters);
    std::string rows;
    RecordPack pack(bytes);
    while (!pack.empty()) {
      const auto next = pack.next();
      const auto letter = next ? read_letter(*next) : std::nullopt;
      if (!letter) throw std::invalid_argument("these bytes are no letters");
      const rocketmq::KeyedMessage message = of_commit.next(*letter);
      for (const std::string& part : {message.key, message.queue_by, message.properties, message.body}) {
        append_sized(part, rows);
      }
    }
    return array_of(env, rows);
  });
}

jlong new_letter_messages(JNIEnv* env, jclass /*type*/, jlong commit) {
  return make<LetterMessages>(env, static_cast<std::uint64_t>(commit));
}

/// The delimited letter of readings that came for a window which had been closed, after they were aggregated: of
/// several splits, and not apart any more.
jbyteArray late_letter(JNIEnv* env, jclass /*type*/, jbyteArray sensor, jlong start_ms, jint count) {
  return guarded(env, [&] {
    const std::string id = bytes_of(env, sensor);
    std::string payload;
    serialize(Record{.sensor_id = id, .phase_type = {}}, payload);
    std::string letter;
    serialize(Letter{.split = "several", .reason = "late", .time_ms = start_ms, .payload = payload, .count = count},
              letter);
    std::string delimited;
    append_delimited(letter, delimited);
    return array_of(env, delimited);
  });
}

// Sums and text.

ExactSum sum_of(JNIEnv* env, jlong low, jlong high, jbyteArray wide) {
  ExactSum sum;
  const auto narrow = static_cast<Int128>(static_cast<UInt128>(static_cast<std::uint64_t>(high)) << 64U |
                                          static_cast<std::uint64_t>(low));
  if (!sum.restore(narrow, wide == nullptr ? std::string() : bytes_of(env, wide))) {
    throw std::invalid_argument("the wide part of a sum has another length than it should");
  }
  return sum;
}

jfloat mean(JNIEnv* env, jclass /*type*/, jlong low, jlong high, jbyteArray wide, jint count) {
  return guarded(env, [&] {
    if (count <= 0) throw std::invalid_argument("a mean is of one value at least");
    return sum_of(env, low, high, wide).mean(static_cast<std::uint32_t>(count));
  });
}

jbyteArray add_wide(JNIEnv* env, jclass /*type*/, jbyteArray one, jbyteArray other) {
  return guarded(env, [&] {
    ExactSum sum = sum_of(env, 0, 0, one);
    sum.merge(sum_of(env, 0, 0, other));
    return array_of(env, sum.wide_bytes());
  });
}

/// A SeismicAggRecord, with the bytes that the embedded run writes.
jbyteArray result_message(JNIEnv* env, jclass /*type*/, jbyteArray sensor, jlong start_ms, jlong end_ms, jfloat average,
                          jfloat most, jfloat least, jint p, jint s, jint n) {
  return guarded(env, [&] {
    const std::string id = bytes_of(env, sensor);
    std::string message;
    serialize(ResultRow{.sensor_id = id,
                        .avg_amplitude = average,
                        .max_amplitude = most,
                        .min_amplitude = least,
                        .p_phase_count = p,
                        .s_phase_count = s,
                        .n_phase_count = n},
              timestamp_from_ms(start_ms), timestamp_from_ms(end_ms), message);
    return array_of(env, message);
  });
}

/// The place of a key's queue among `queues`, as in connectors/rocketmq/queue.h.
jint queue_of(JNIEnv* env, jclass /*type*/, jbyteArray key, jint queues) {
  return guarded(env, [&] {
    if (queues <= 0) throw std::invalid_argument("a topic has one queue at least");
    return static_cast<jint>(hash_bytes(bytes_of(env, key), 0) % static_cast<std::uint64_t>(queues));
  });
}

jstring float_text(JNIEnv* env, jclass /*type*/, jfloat value) {
  return guarded(env, [&] {
    std::string text;
    append_float_text(value, text);
    return env->NewStringUTF(text.c_str());
  });
}

/// What came over, in words: for the test of the marshalling.
jstring echo(JNIEnv* env, jclass /*type*/, jlong number, jfloat real, jboolean flag, jbyteArray bytes, jlongArray longs,
             jintArray ints, jint count) {
  return guarded(env, [&] {
    std::string text = std::to_string(number) + " ";
    append_float_text(real, text);
    text += flag == JNI_TRUE ? " true " : " false ";
    text += bytes_of(env, bytes) + " ";
    std::vector<jlong> values;
    load(env, longs, env->GetArrayLength(longs), values);
    for (const jlong value : values) text += std::to_string(value) + " ";
    std::vector<jint> some;
    load(env, ints, count, some);
    for (const jint value : some) text += std::to_string(value) + " ";
    return env->NewStringUTF(text.c_str());
  });
}

/// For the test that a bug becomes an exception.
void fail(JNIEnv* env, jclass /*type*/) {
  guarded(env, [] { TEMBLOR_ASSERT(false); });
}

template <class Function>
JNINativeMethod method(const char* name, const char* signature, Function* function) {
  // The JVM's own declaration wants pointers without const.
  return {const_cast<char*>(name), const_cast<char*>(signature), reinterpret_cast<void*>(function)};
}

}  // namespace
}  // namespace temblor::flink

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* machine, void* /*reserved*/) {
  using namespace temblor::flink;
  JNIEnv* env = nullptr;
  if (machine->GetEnv(reinterpret_cast<void**>(&env), JNI_VERSION_10) != JNI_OK) return JNI_ERR;
  const jclass type = env->FindClass("org/temblor/flink/core/NativeCore");
  if (type == nullptr) return JNI_ERR;
  const JNINativeMethod methods[] = {
      method("readArguments", "([[B)[B", read_arguments),
      method("newBatch", "()J", new_batch),
      method("freeBatch", "(J)V", free_handle<RecordBatch>),
      method("rowCount", "(J)I", row_count),
      method("highestTime", "(J)J", highest_time),
      method("batchMemory", "(J)J", batch_memory),
      method("dropped", "(J[J)V", dropped),
      method("deadLetters", "(J)[B", dead_letters),
      method("newDecoder", "(FFJZZZJ)J", new_decoder),
      method("freeDecoder", "(J)V", free_handle<TaskDecoder>),
      method("decode", "(JJ[B[BI[I[JIJJ)V", decode),
      method("decodeMore", "(JJ)Z", decode_more),
      method("messagesBegun", "(J)I", messages_begun),
      method("newCombiner", "(JJZZ)J", new_combiner),
      method("freeCombiner", "(J)V", free_handle<TaskCombiner>),
      method("combine", "(JJJJ[J)I", combine),
      method("combinerMemory", "(J)J", combiner_memory),
      method("memoryLimit", "()J", memory_limit),
      method("drain", "(J)V", drain),
      method("takePartials", "(J)[B", take_partials),
      method("takeLateLetters", "(J)[B", take_late_letters),
      method("newLetterMessages", "(J)J", new_letter_messages),
      method("freeLetterMessages", "(J)V", free_handle<LetterMessages>),
      method("letterMessages", "(J[B)[B", letter_messages),
      method("lateLetter", "([BJI)[B", late_letter),
      method("mean", "(JJ[BI)F", mean),
      method("addWide", "([B[B)[B", add_wide),
      method("resultMessage", "([BJJFFFIII)[B", result_message),
      method("queueOf", "([BI)I", queue_of),
      method("floatText", "(F)Ljava/lang/String;", float_text),
      method("echo", "(JFZ[B[J[II)Ljava/lang/String;", echo),
      method("fail", "()V", fail),
  };
  if (env->RegisterNatives(type, methods, std::size(methods)) != JNI_OK) return JNI_ERR;
  return JNI_VERSION_10;
}
