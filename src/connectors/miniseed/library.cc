#include "connectors/miniseed/library.h"

namespace temblor::miniseed {

Library::Library() {
  const auto drop = [](char*) {};
  ms_loginit(drop, nullptr, drop, nullptr);
  MS_UNPACKHEADERBYTEORDER(-1);
  MS_UNPACKDATABYTEORDER(-1);
  MS_UNPACKENCODINGFORMAT(-1);
  MS_UNPACKENCODINGFALLBACK(-1);
}

Library::~Library() { msr_free(&record_); }

Library::Use Library::use() {
  static Library library;
  return Use(library);
}

const MSRecord* Library::Use::unpack(const char* bytes, std::size_t length, bool samples) {
  // It promises not to write into the record, but does not say so in its type.
  char* record = const_cast<char*>(bytes);
  const int status = msr_unpack(record, static_cast<int>(length), &record_, samples ? 1 : 0, 0);
  return status == MS_NOERROR ? record_ : nullptr;
}

}  // namespace temblor::miniseed
