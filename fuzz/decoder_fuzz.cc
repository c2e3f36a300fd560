// Any bytes: the decoder must read or refuse them exactly as libprotobuf's generated class does, and what it reads
// must be written again byte for byte as libprotobuf writes it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto/seismic_data.pb.h"
#include "schema/deserializer.h"
#include "schema/serializer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  com::example::seismic::SeismicRecord theirs;
  const bool parsed = theirs.ParseFromArray(data, static_cast<int>(size));
  temblor::Record record;
  if (temblor::deserialize(bytes, record) != parsed) std::abort();
  static_cast<void>(temblor::deserialize_result(bytes));
  static_cast<void>(temblor::read_frame_length(bytes));
  if (!parsed) return 0;
  std::string ours;
  temblor::serialize(record, ours);
  theirs.DiscardUnknownFields();
  if (ours != theirs.SerializeAsString()) std::abort();
  return 0;
}
