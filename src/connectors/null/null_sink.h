#pragma once

#include "connectors/registry.h"
#include "connectors/sink.h"

namespace temblor {

/// `null:` takes everything and keeps nothing, for measuring and for runs of which only the summary matters.
class NullSink final : public Sink {
 public:
  Result<void> open(const std::string*) override { return {}; }
  Result<void> write(const WindowResults&) override { return {}; }
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view, std::span<const WindowResults>) override { return {}; }
};

class NullLetterSink final : public LetterSink {
 public:
  Result<void> open(const std::string*) override { return {}; }
  Result<void> write(std::string_view) override { return {}; }
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view, std::string_view) override { return {}; }
};

class NullTarget final : public Target {
 public:
  Result<void> send(std::string_view) override { return {}; }
  Result<void> flush() override { return {}; }
};

}  // namespace temblor
