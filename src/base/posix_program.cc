#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {  // which glibc 2.36 forgets itself
#include <sys/pidfd.h>
}

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/clock.h"
#include "base/posix_descriptor.h"
#include "base/program.h"
#include "base/system_error.h"

namespace temblor {
namespace {

constexpr std::size_t kLongestOutput = std::size_t{64} << 10U;

/// What a program is started with: the pipe as its output, nothing as its input, a session of its own, and signals as
/// they are when a program starts.
class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGPIPE);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  /// 0, or the error's number.
  int spawn(const std::vector<std::string>& words, pid_t& pid) const {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    return posix_spawnp(&pid, arguments.front(), &actions_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Takes what there is; false when there will be no more.
bool drain(const Descriptor& from, std::string& output) {
  std::array<char, 4096> bytes;
  while (true) {
    const ssize_t count = ::read(from.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 && errno == EAGAIN;
    output.append(bytes.data(), std::min(static_cast<std::size_t>(count), kLongestOutput - output.size()));
  }
}

int reaped(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

std::string own_path() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  const bool whole = size > 0 && static_cast<std::size_t>(size) < path.size();
  return whole ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string();
}

Result<ProgramEnd> PosixPrograms::run(const std::vector<std::string>& words, Milliseconds limit) {
  if (words.empty()) return tl::unexpected(Error{Blame::kBug, "no program to run", "programs", {}});
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) return system_error(words.front(), "cannot be started");
  const Descriptor output(pipe[0]);
  Descriptor input(pipe[1]);
  // The program's end of the pipe waits, as programs expect of their output.
  ::fcntl(input.get(), F_SETFL, 0);
  pid_t pid = 0;
  if (const int error = SpawnSettings(input.get()).spawn(words, pid); error != 0) {
    return system_error(words.front(), "cannot be started", error);
  }
  input.close();
  const Descriptor process(::pidfd_open(pid, 0));

  const SystemClock clock;
  const auto deadline = clock.monotonic() + limit;
  ProgramEnd end;
  bool more = true;
  while (true) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - clock.monotonic());
    std::array<pollfd, 2> watched{{{.fd = process.get(), .events = POLLIN, .revents = 0},
                                   {.fd = more ? output.get() : -1, .events = POLLIN, .revents = 0}}};
    const int patience = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
    if (::poll(watched.data(), watched.size(), patience) < 0 && errno != EINTR) {
      const int error = errno;
      ::kill(-pid, SIGKILL);
      reaped(pid);
      return system_error(words.front(), "cannot be waited for", error);
    }
    if (more) more = drain(output, end.output);
    if ((watched[0].revents & POLLIN) != 0) {
      end.status = reaped(pid);
      if (more) drain(output, end.output);
      return end;
    }
    if (left.count() <= 0) {
      ::kill(-pid, SIGKILL);
      reaped(pid);
      return world_error(words.front(), "has not ended after " + to_string(limit),
                         end.output.empty() ? "" : "it said: " + end.output.substr(0, end.output.find('\n')));
    }
  }
}

}  // namespace temblor
