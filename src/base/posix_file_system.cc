#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>

#include "base/file_system.h"
#include "base/posix_descriptor.h"
#include "base/system_error.h"

namespace temblor {
namespace {

/// Calls again what a signal has interrupted.
template <class Call>
auto uninterrupted(Call&& call) {
  while (true) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

Result<void> synced(const Descriptor& fd, const std::string& path) {
  if (uninterrupted([&] { return ::fsync(fd.get()); }) == 0) return {};
  // fsync(2): "fd is bound to a special file … which does not support synchronization": a pipe, a terminal, and the
  // directories of some network file systems.
  if (errno == EINVAL || errno == EROFS) return {};
  return system_error(path, "cannot be synced");
}

class PosixInputFile final : public InputFile {
 public:
  /// `is_stream`: a pipe or a device, opened without waiting for it.
  PosixInputFile(int fd, std::string path, bool owned, bool is_stream = false)
      : fd_(fd, owned), path_(std::move(path)), is_stream_(is_stream) {}

  Result<std::size_t> read(std::span<char> into) override {
    while (true) {
      // A named pipe that nobody has opened for writing yet reads as if it had ended.
      if (is_stream_) TEMBLOR_TRY(wait_for_more());
      const auto n = uninterrupted([&] { return ::read(fd_.get(), into.data(), into.size()); });
      if (n >= 0) return static_cast<std::size_t>(n);
      if (!is_stream_ || errno != EAGAIN) return system_error(path_, "cannot be read");
    }
  }

  Result<bool> wait(Milliseconds patience) override {
    pollfd watched{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(
        &watched, 1, static_cast<int>(std::clamp<std::int64_t>(patience.count(), 0, std::numeric_limits<int>::max())));
    // A signal is a reason to look around, not to wait on.
    if (ready < 0 && errno != EINTR) return system_error(path_, "cannot be waited for");
    return ready > 0;
  }

 private:
  Result<void> wait_for_more() {
    while (true) {
      TEMBLOR_ASSIGN(const bool ready, wait(Milliseconds::max()));
      if (ready) return {};
    }
  }

  Descriptor fd_;
  std::string path_;
  bool is_stream_;
};

class PosixOutputFile final : public OutputFile {
 public:
  PosixOutputFile(int fd, std::string path, bool owned) : fd_(fd, owned), path_(std::move(path)) {}

  Result<void> append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto n = uninterrupted([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
      if (n < 0) return system_error(path_, "cannot be written");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }

  Result<void> sync() override { return synced(fd_, path_); }

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

/// Whether the path leads to the open file.
bool is_at(int fd, const std::string& path) {
  struct stat opened {};
  struct stat there {};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &there) == 0 && opened.st_dev == there.st_dev &&
         opened.st_ino == there.st_ino;
}

tl::unexpected<Error> too_short(const std::string& path, std::uint64_t size) {
  return world_error(path, "has fewer than " + std::to_string(size) + " bytes: it was cut or replaced",
                     "put the file back");
}

Result<std::unique_ptr<OutputFile>> open_write(const std::string& path, int flags) {
  const int fd = uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644); });
  if (fd < 0) return system_error(path, "cannot be opened for writing");
  return std::make_unique<PosixOutputFile>(fd, path, true);
}

}  // namespace

Result<std::unique_ptr<InputFile>> PosixFileSystem::open_read(const std::string& path, std::uint64_t offset) {
  // A named pipe would make one wait here for who writes, where no signal to end is heard.
  Descriptor opened(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
  if (opened.get() < 0) return system_error(path, "cannot be opened");
  struct stat status {};
  if (::fstat(opened.get(), &status) != 0) return system_error(path, "cannot be looked at");
  if (S_ISDIR(status.st_mode)) return system_error(path, "cannot be read", EISDIR);
  if (offset != 0 && ::lseek(opened.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
    return system_error(path, "cannot be positioned");
  return std::make_unique<PosixInputFile>(opened.release(), path, true, !S_ISREG(status.st_mode));
}

Result<std::unique_ptr<OutputFile>> PosixFileSystem::create(const std::string& path) {
  return open_write(path, O_TRUNC);
}

Result<std::unique_ptr<OutputFile>> PosixFileSystem::open_append(const std::string& path) {
  return open_write(path, O_APPEND);
}

Result<void> PosixFileSystem::make_executable(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_error(path, "cannot be looked at");
  const mode_t readers = status.st_mode & (S_IRUSR | S_IRGRP | S_IROTH);
  if (::chmod(path.c_str(), (status.st_mode & 07777U) | readers >> 2U) != 0) {
    return system_error(path, "cannot be made executable");
  }
  return {};
}

Result<void> PosixFileSystem::truncate(const std::string& path, std::uint64_t size) {
  const Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC); }));
  if (fd.get() < 0) return system_error(path, "cannot be opened for writing");
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return system_error(path, "cannot be looked at");
  if (static_cast<std::uint64_t>(status.st_size) < size) return too_short(path, size);
  if (uninterrupted([&] { return ::ftruncate(fd.get(), static_cast<off_t>(size)); }) != 0) {
    return system_error(path, "cannot be cut");
  }
  return synced(fd, path);
}

Result<void> PosixFileSystem::copy_permissions(const std::string& from, const std::string& to) {
  struct stat status {};
  if (::stat(from.c_str(), &status) != 0) return system_error(from, "cannot be looked at");
  // Only root gives files away. First the owner: chown(2) takes bits of the mode away.
  if (::chown(to.c_str(), status.st_uid, status.st_gid) != 0 && errno != EPERM) {
    return system_error(to, "cannot be given its owner");
  }
  if (::chmod(to.c_str(), status.st_mode & 07777U) != 0) return system_error(to, "cannot be given its permissions");
  return {};
}

Result<void> PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return system_error(from, "cannot be renamed to " + to);
  return {};
}

Result<void> PosixFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error(path, "cannot be removed");
  return {};
}

Result<void> PosixFileSystem::create_directories(const std::string& path) {
  if (path.size() > 1 && path.back() == '/') return create_directories(path.substr(0, path.size() - 1));
  const std::string parent = directory_of(path);
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (!S_ISDIR(status.st_mode)) return system_error(path, "is no directory", ENOTDIR);
    // This program may have made it and been killed before it synced. In a parent that it may not read, it did not.
    return ::access(parent.c_str(), R_OK) == 0 ? sync_directory(parent) : Result<void>{};
  }
  if (parent != path && parent != ".") TEMBLOR_TRY(create_directories(parent));
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return system_error(path, "cannot be made");
  return sync_directory(parent);
}

Result<void> PosixFileSystem::sync_directory(const std::string& path) {
  const Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (fd.get() < 0) return system_error(path, "cannot be opened");
  return synced(fd, path);
}

Result<void> PosixFileSystem::sync_file_system(const std::string& directory) {
  const Descriptor fd(uninterrupted([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (fd.get() < 0) return system_error(directory, "cannot be opened");
  if (::syncfs(fd.get()) != 0) return system_error(directory, "cannot be synced");
  return {};
}

bool PosixFileSystem::exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

bool PosixFileSystem::is_regular_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::string PosixFileSystem::canonical(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failed);
  const std::filesystem::path found = std::filesystem::weakly_canonical(absolute, failed);
  return (failed ? absolute.lexically_normal() : found).string();
}

bool PosixFileSystem::is_readable(const std::string& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) == 0;
}

bool PosixFileSystem::is_writable(const std::string& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

Result<std::uint64_t> PosixFileSystem::size(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_error(path, "cannot be looked at");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> handle(::opendir(directory.c_str()), ::closedir);
  if (!handle) return system_error(directory, "cannot be listed");
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(handle.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) return system_error(directory, "cannot be listed");
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<std::string>> PosixFileSystem::glob(const std::string& pattern) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), GLOB_MARK, nullptr, &found);
  const std::unique_ptr<glob_t, void (*)(glob_t*)> owned(&found, ::globfree);
  if (status == GLOB_NOMATCH) return std::vector<std::string>{};
  if (status != 0) return system_error(pattern, "cannot be searched");
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  std::erase_if(paths, [](const std::string& each) { return each.ends_with('/'); });  // a directory, by GLOB_MARK
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<std::unique_ptr<FileLock>> PosixFileSystem::lock(const std::string& path) {
  int fd = -1;
  std::unique_ptr<PosixFileLock> lock;
  do {
    fd = uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644); });
    if (fd < 0) return system_error(path, "cannot be opened for writing");
    lock = std::make_unique<PosixFileLock>(fd);
    if (uninterrupted([&] { return ::flock(fd, LOCK_EX | LOCK_NB); }) != 0) {
      if (errno != EWOULDBLOCK) return system_error(path, "cannot be locked");
      char holder[32] = {};
      const auto n = ::pread(fd, holder, sizeof(holder) - 1, 0);
      const std::string who = n > 0 ? "process " + std::string(holder) : "another process";
      return world_error(path, "is held by " + who, "end it first, or use another folder");
    }
    // Its holder may have removed it since it was opened here: what has no name keeps nobody out.
  } while (!is_at(fd, path));
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0)
    return system_error(path, "cannot be written");
  return lock;
}

std::unique_ptr<InputFile> PosixFileSystem::standard_input() {
  return std::make_unique<PosixInputFile>(STDIN_FILENO, "standard input", false);
}

std::unique_ptr<OutputFile> PosixFileSystem::standard_output() {
  return std::make_unique<PosixOutputFile>(STDOUT_FILENO, "standard output", false);
}

}  // namespace temblor
