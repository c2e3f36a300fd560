#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirent.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/file_system.h"

namespace temblor {
namespace {

std::string remedy_for(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space and start again; nothing is lost";
    case EACCES:
    case EPERM:
    case EROFS:
      return "check the permissions";
    case ENOENT:
    case ENOTDIR:
      return "check the path";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files: ulimit -n";
    default:
      return {};
  }
}

tl::unexpected<Error> failed(const std::string& path, const std::string& what, int error = errno) {
  return world_error(path, what + ": " + std::strerror(error), remedy_for(error));
}

/// Calls again what a signal has interrupted.
template <class Call>
auto uninterrupted(Call&& call) {
  while (true) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

/// An open file; closed with the object, but for the standard streams.
class Descriptor {
 public:
  explicit Descriptor(int fd, bool owned = true) : fd_(fd), owned_(owned) {}
  ~Descriptor() {
    if (owned_ && fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
  bool owned_;
};

class PosixInputFile final : public InputFile {
 public:
  PosixInputFile(int fd, std::string path, bool owned) : fd_(fd, owned), path_(std::move(path)) {}

  Result<std::size_t> read(std::span<char> into) override {
    const auto n = uninterrupted([&] { return ::read(fd_.get(), into.data(), into.size()); });
    if (n < 0) return failed(path_, "cannot be read");
    return static_cast<std::size_t>(n);
  }

  Result<bool> wait(Milliseconds patience) override {
    pollfd watched{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(patience.count()));
    // A signal is a reason to look around, not to wait on.
    if (ready < 0 && errno != EINTR) return failed(path_, "cannot be waited for");
    return ready > 0;
  }

 private:
  Descriptor fd_;
  std::string path_;
};

class PosixOutputFile final : public OutputFile {
 public:
  PosixOutputFile(int fd, std::string path, bool owned) : fd_(fd, owned), path_(std::move(path)) {}

  Result<void> append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto n = uninterrupted([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
      if (n < 0) return failed(path_, "cannot be written");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }

  Result<void> sync() override {
    if (uninterrupted([&] { return ::fsync(fd_.get()); }) != 0) return failed(path_, "cannot be synced");
    return {};
  }

 private:
  Descriptor fd_;
  std::string path_;
};

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(int fd) : fd_(fd) {}

 private:
  Descriptor fd_;
};

Result<std::unique_ptr<OutputFile>> open_write(const std::string& path, int flags) {
  const int fd = uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644); });
  if (fd < 0) return failed(path, "cannot be opened for writing");
  return std::make_unique<PosixOutputFile>(fd, path, true);
}

}  // namespace

Result<std::unique_ptr<InputFile>> PosixFileSystem::open_read(const std::string& path, std::uint64_t offset) {
  const int fd = uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
  if (fd < 0) return failed(path, "cannot be opened");
  auto file = std::make_unique<PosixInputFile>(fd, path, true);
  struct stat status {};
  if (::fstat(fd, &status) != 0) return failed(path, "cannot be looked at");
  if (S_ISDIR(status.st_mode)) return failed(path, "cannot be read", EISDIR);
  if (offset != 0 && ::lseek(fd, static_cast<off_t>(offset), SEEK_SET) < 0) return failed(path, "cannot be positioned");
  return file;
}

Result<std::unique_ptr<OutputFile>> PosixFileSystem::create(const std::string& path) {
  return open_write(path, O_TRUNC);
}

Result<std::unique_ptr<OutputFile>> PosixFileSystem::open_append(const std::string& path) {
  return open_write(path, O_APPEND);
}

Result<void> PosixFileSystem::truncate(const std::string& path, std::uint64_t size) {
  const Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC); }));
  if (fd.get() < 0) return failed(path, "cannot be opened for writing");
  if (uninterrupted([&] { return ::ftruncate(fd.get(), static_cast<off_t>(size)); }) != 0) {
    return failed(path, "cannot be cut");
  }
  if (uninterrupted([&] { return ::fsync(fd.get()); }) != 0) return failed(path, "cannot be synced");
  return {};
}

Result<void> PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed(to, "cannot be put in place");
  return {};
}

Result<void> PosixFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path, "cannot be removed");
  return {};
}

Result<void> PosixFileSystem::create_directories(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    return S_ISDIR(status.st_mode) ? Result<void>{} : failed(path, "is no directory", ENOTDIR);
  }
  const std::string parent = directory_of(path);
  if (parent != path && parent != ".") TEMBLOR_TRY(create_directories(parent));
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return failed(path, "cannot be made");
  return sync_directory(parent);
}

Result<void> PosixFileSystem::sync_directory(const std::string& path) {
  const Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (fd.get() < 0) return failed(path, "cannot be opened");
  if (uninterrupted([&] { return ::fsync(fd.get()); }) != 0) return failed(path, "cannot be synced");
  return {};
}

bool PosixFileSystem::exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

Result<std::uint64_t> PosixFileSystem::size(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed(path, "cannot be looked at");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> handle(::opendir(directory.c_str()), ::closedir);
  if (!handle) return failed(directory, "cannot be listed");
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(handle.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return failed(directory, "cannot be listed");
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<std::string>> PosixFileSystem::glob(const std::string& pattern) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), 0, nullptr, &found);
  const std::unique_ptr<glob_t, void (*)(glob_t*)> owned(&found, ::globfree);
  if (status == GLOB_NOMATCH) return std::vector<std::string>{};
  if (status != 0) return failed(pattern, "cannot be searched");
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<std::unique_ptr<FileLock>> PosixFileSystem::lock(const std::string& path) {
  const int fd = uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644); });
  if (fd < 0) return failed(path, "cannot be opened for writing");
  auto lock = std::make_unique<PosixFileLock>(fd);
  if (uninterrupted([&] { return ::flock(fd, LOCK_EX | LOCK_NB); }) != 0) {
    char holder[32] = {};
    const auto n = ::pread(fd, holder, sizeof(holder) - 1, 0);
    const std::string who = n > 0 ? "process " + std::string(holder) : "another process";
    return world_error(path, "is held by " + who, "end it first, or use another folder");
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) return failed(path, "cannot be written");
  return lock;
}

std::unique_ptr<InputFile> PosixFileSystem::standard_input() {
  return std::make_unique<PosixInputFile>(STDIN_FILENO, "standard input", false);
}

std::unique_ptr<OutputFile> PosixFileSystem::standard_output() {
  return std::make_unique<PosixOutputFile>(STDOUT_FILENO, "standard output", false);
}

}  // namespace temblor
