#include "testing/faulty_file_system.h"

#include "base/system_error.h"

namespace temblor {
namespace {

constexpr const char* kDeath = "the process has been killed";

}  // namespace

class FaultyFileSystem::Input final : public InputFile {
 public:
  Input(FaultyFileSystem& files, std::unique_ptr<InputFile> beneath, std::string path)
      : files_(files), beneath_(std::move(beneath)), path_(std::move(path)) {}

  Result<std::size_t> read(std::span<char> into) override {
    TEMBLOR_TRY(files_.alive(path_));
    return beneath_->read(into);
  }

  Result<bool> wait(Milliseconds patience) override {
    TEMBLOR_TRY(files_.alive(path_));
    return beneath_->wait(patience);
  }

 private:
  FaultyFileSystem& files_;
  std::unique_ptr<InputFile> beneath_;
  std::string path_;
};

class FaultyFileSystem::Output final : public OutputFile {
 public:
  Output(FaultyFileSystem& files, std::unique_ptr<OutputFile> beneath, std::string path)
      : files_(files), beneath_(std::move(beneath)), path_(std::move(path)) {}

  Result<void> append(std::string_view bytes) override {
    bool halfway = false;
    auto stepped = files_.step("append", path_, &halfway);
    if (halfway) TEMBLOR_TRY(beneath_->append(bytes.substr(0, bytes.size() / 2)));
    return stepped ? beneath_->append(bytes) : stepped;
  }

  Result<void> sync() override {
    TEMBLOR_TRY(files_.step("sync", path_));
    return beneath_->sync();
  }

 private:
  FaultyFileSystem& files_;
  std::unique_ptr<OutputFile> beneath_;
  std::string path_;
};

void FaultyFileSystem::inject(std::uint64_t nth, Fault fault, int error) {
  const std::lock_guard guard(mutex_);
  nth_ = nth;
  fault_ = fault;
  error_ = error;
}

std::uint64_t FaultyFileSystem::count() const {
  const std::lock_guard guard(mutex_);
  return operations_.size();
}

std::vector<FaultyFileSystem::Operation> FaultyFileSystem::operations() const {
  const std::lock_guard guard(mutex_);
  return operations_;
}

bool FaultyFileSystem::dead() const {
  const std::lock_guard guard(mutex_);
  return dead_;
}

bool FaultyFileSystem::is_death(const Error& error) { return error.what == kDeath; }

Result<void> FaultyFileSystem::alive(const std::string& path) const {
  return dead() ? Result<void>(world_error(path, kDeath)) : Result<void>();
}

Result<void> FaultyFileSystem::step(const std::string& name, const std::string& path, bool* halfway) {
  if (before_) before_({name, path});
  const std::lock_guard guard(mutex_);
  if (dead_) return world_error(path, kDeath);
  operations_.push_back({name, path});
  if (operations_.size() != nth_) return {};
  if (halfway != nullptr) *halfway = fault_ == Fault::kFailsHalfway || fault_ == Fault::kDiesHalfway;
  dead_ = fault_ == Fault::kDies || fault_ == Fault::kDiesHalfway;
  return dead_ ? world_error(path, kDeath) : system_error(path, name + " fails", error_);
}

Result<std::unique_ptr<InputFile>> FaultyFileSystem::open_read(const std::string& path, std::uint64_t offset) {
  TEMBLOR_TRY(alive(path));
  TEMBLOR_ASSIGN(auto file, beneath_.open_read(path, offset));
  return std::make_unique<Input>(*this, std::move(file), path);
}

Result<std::unique_ptr<OutputFile>> FaultyFileSystem::create(const std::string& path) {
  TEMBLOR_TRY(step("create", path));
  TEMBLOR_ASSIGN(auto file, beneath_.create(path));
  return std::make_unique<Output>(*this, std::move(file), path);
}

Result<std::unique_ptr<OutputFile>> FaultyFileSystem::open_append(const std::string& path) {
  TEMBLOR_TRY(step("open_append", path));
  TEMBLOR_ASSIGN(auto file, beneath_.open_append(path));
  return std::make_unique<Output>(*this, std::move(file), path);
}

Result<void> FaultyFileSystem::make_executable(const std::string& path) {
  TEMBLOR_TRY(step("make_executable", path));
  return beneath_.make_executable(path);
}

Result<void> FaultyFileSystem::truncate(const std::string& path, std::uint64_t size) {
  TEMBLOR_TRY(step("truncate", path));
  return beneath_.truncate(path, size);
}

Result<void> FaultyFileSystem::copy_permissions(const std::string& from, const std::string& to) {
  TEMBLOR_TRY(alive(to));
  return beneath_.copy_permissions(from, to);
}

Result<void> FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  TEMBLOR_TRY(step("rename", from));
  return beneath_.rename(from, to);
}

Result<void> FaultyFileSystem::remove(const std::string& path) {
  TEMBLOR_TRY(step("remove", path));
  return beneath_.remove(path);
}

Result<void> FaultyFileSystem::create_directories(const std::string& path) {
  TEMBLOR_TRY(step("create_directories", path));
  return beneath_.create_directories(path);
}

Result<void> FaultyFileSystem::sync_directory(const std::string& path) {
  TEMBLOR_TRY(step("sync_directory", path));
  return beneath_.sync_directory(path);
}

Result<void> FaultyFileSystem::sync_file_system(const std::string& directory) {
  TEMBLOR_TRY(step("sync_file_system", directory));
  return beneath_.sync_file_system(directory);
}

bool FaultyFileSystem::exists(const std::string& path) { return !dead() && beneath_.exists(path); }

bool FaultyFileSystem::is_writable(const std::string& path) { return !dead() && beneath_.is_writable(path); }

Result<std::uint64_t> FaultyFileSystem::size(const std::string& path) {
  TEMBLOR_TRY(alive(path));
  return beneath_.size(path);
}

Result<std::vector<std::string>> FaultyFileSystem::list(const std::string& directory) {
  TEMBLOR_TRY(alive(directory));
  return beneath_.list(directory);
}

Result<std::vector<std::string>> FaultyFileSystem::glob(const std::string& pattern) {
  TEMBLOR_TRY(alive(pattern));
  return beneath_.glob(pattern);
}

Result<std::unique_ptr<FileLock>> FaultyFileSystem::lock(const std::string& path) {
  TEMBLOR_TRY(alive(path));
  return beneath_.lock(path);
}

std::unique_ptr<InputFile> FaultyFileSystem::standard_input() {
  return std::make_unique<Input>(*this, beneath_.standard_input(), "standard input");
}

std::unique_ptr<OutputFile> FaultyFileSystem::standard_output() {
  return std::make_unique<Output>(*this, beneath_.standard_output(), "standard output");
}

}  // namespace temblor
