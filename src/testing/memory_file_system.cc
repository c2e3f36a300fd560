#include "testing/memory_file_system.h"

#include <fnmatch.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "base/assert.h"
#include "base/system_error.h"

namespace temblor {

/// A file or a directory. Names point at nodes; an open file keeps its node when the name goes.
struct MemoryFileSystem::Node {
  using Entries = std::map<std::string, std::shared_ptr<Node>>;

  bool is_directory = false;
  bool is_read_only = false;

  Entries entries;
  Entries lasting_entries;

  std::string bytes;
  std::string lasting_bytes;
  std::size_t alike = 0;  ///< `bytes` and `lasting_bytes` begin with this many bytes that never differed

  void sync() {
    lasting_bytes = bytes;
    alike = bytes.size();
  }

  void cut(std::size_t size) {
    bytes.resize(size);
    alike = std::min(alike, size);
  }

  /// Becomes what a power loss may leave of the file.
  void lose_power(std::mt19937_64& random) {
    const auto upto = [&](std::size_t most) { return static_cast<std::size_t>(random() % (most + 1)); };
    if (alike < lasting_bytes.size() && upto(1) == 0) {
      bytes = lasting_bytes;  // not even the emptying has reached the disk
    } else {
      bytes.resize(alike + upto(bytes.size() - alike));
      // The length may reach the disk before the pages do.
      if (bytes.size() > alike && upto(3) == 0) {
        const std::size_t begin = alike + upto(bytes.size() - alike - 1);
        std::memset(bytes.data() + begin, 0, upto(bytes.size() - begin));
      }
    }
    sync();
  }
};

/// One entry goes away, another comes: creation, removal, or both at once.
struct MemoryFileSystem::Operation {
  struct Change {
    std::shared_ptr<Node> directory;
    std::string name;
    std::shared_ptr<Node> node;  ///< none where the name goes away
  };
  std::vector<Change> changes;

  [[nodiscard]] bool touches(const std::set<const Node*>& directories) const {
    return std::any_of(changes.begin(), changes.end(),
                       [&](const Change& each) { return directories.contains(each.directory.get()); });
  }

  void apply(Node::Entries Node::*to) const {
    for (const auto& [directory, name, node] : changes) {
      if (node) {
        ((*directory).*to)[name] = node;
      } else {
        ((*directory).*to).erase(name);
      }
    }
  }
};

/// Where a path leads: its directory, its last part, and what is there now.
struct MemoryFileSystem::Place {
  std::shared_ptr<Node> directory;
  std::string name;
  std::shared_ptr<Node> node;
};

class MemoryFileSystem::Input final : public InputFile {
 public:
  Input(MemoryFileSystem& files, std::shared_ptr<Node> node, std::string path, std::uint64_t offset)
      : files_(files), life_(files.life_), node_(std::move(node)), path_(std::move(path)), offset_(offset) {
    ++files_.open_inputs_;
  }
  ~Input() override {
    const std::lock_guard guard(files_.mutex_);
    --files_.open_inputs_;
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  Result<std::size_t> read(std::span<char> into) override {
    const std::lock_guard guard(files_.mutex_);
    if (files_.life_ != life_) return system_error(path_, "cannot be read", EBADF);
    if (offset_ >= node_->bytes.size()) return 0;
    const std::size_t n = node_->bytes.copy(into.data(), std::min(into.size(), files_.most_at_once_), offset_);
    offset_ += n;
    return n;
  }

 private:
  MemoryFileSystem& files_;
  std::uint64_t life_;
  std::shared_ptr<Node> node_;
  std::string path_;
  std::uint64_t offset_;
};

class MemoryFileSystem::Output final : public OutputFile {
 public:
  Output(MemoryFileSystem& files, std::shared_ptr<Node> node, std::string path)
      : files_(files), life_(files.life_), node_(std::move(node)), path_(std::move(path)) {}

  Result<void> append(std::string_view bytes) override {
    const std::lock_guard guard(files_.mutex_);
    if (files_.life_ != life_) return system_error(path_, "cannot be written", EBADF);
    node_->bytes += bytes;
    return {};
  }

  Result<void> sync() override {
    const std::lock_guard guard(files_.mutex_);
    if (files_.life_ != life_) return system_error(path_, "cannot be synced", EBADF);
    node_->sync();
    return {};
  }

 private:
  MemoryFileSystem& files_;
  std::uint64_t life_;
  std::shared_ptr<Node> node_;
  std::string path_;
};

class MemoryFileSystem::Lock final : public FileLock {
 public:
  Lock(MemoryFileSystem& files, std::shared_ptr<Node> node)
      : files_(files), life_(files.life_), node_(std::move(node)) {}
  ~Lock() override {
    const std::lock_guard guard(files_.mutex_);
    if (files_.life_ == life_) files_.locked_.erase(node_.get());
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  MemoryFileSystem& files_;
  std::uint64_t life_;
  std::shared_ptr<Node> node_;
};

namespace {

/// The parts of a path between its slashes; `.` is no part.
std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
  return parts;
}

}  // namespace

MemoryFileSystem::MemoryFileSystem()
    : root_(std::make_shared<Node>()),
      standard_input_(std::make_shared<Node>()),
      standard_output_(std::make_shared<Node>()) {
  root_->is_directory = true;
}

MemoryFileSystem::~MemoryFileSystem() = default;

void MemoryFileSystem::kill() {
  const std::lock_guard guard(mutex_);
  ++life_;
  locked_.clear();
}

void MemoryFileSystem::crash(std::uint64_t seed) {
  kill();
  const std::lock_guard guard(mutex_);
  std::mt19937_64 random(seed);
  // One crash loses little and another nearly everything: chances in 4 that an operation is kept.
  const std::uint64_t kept = random() % 5;
  std::set<const Node*> undone;  // directories
  for (const Operation& operation : unsynced_) {
    if (!operation.touches(undone) && random() % 4 < kept) {
      operation.apply(&Node::lasting_entries);
    } else {
      for (const auto& each : operation.changes) undone.insert(each.directory.get());
    }
  }
  unsynced_.clear();

  std::vector<Node*> nodes = {root_.get()};
  while (!nodes.empty()) {
    Node* const node = nodes.back();
    nodes.pop_back();
    node->entries = node->lasting_entries;
    for (const auto& [name, entry] : node->entries) nodes.push_back(entry.get());
    if (!node->is_directory) node->lose_power(random);
  }
}

void MemoryFileSystem::put(const std::string& path, std::string bytes) {
  const std::lock_guard guard(mutex_);
  const auto node = file_for_writing(path);
  TEMBLOR_ASSERT(node.has_value());
  (*node)->cut(0);
  (*node)->bytes = std::move(bytes);
}

void MemoryFileSystem::limit_reads(std::size_t bytes) {
  const std::lock_guard guard(mutex_);
  most_at_once_ = bytes;
}

std::size_t MemoryFileSystem::open_inputs() const {
  const std::lock_guard guard(mutex_);
  return open_inputs_;
}

void MemoryFileSystem::set_standard_input(std::string bytes) {
  const std::lock_guard guard(mutex_);
  standard_input_ = std::make_shared<Node>();
  standard_input_->bytes = std::move(bytes);
}

void MemoryFileSystem::forbid_writing(const std::string& path) {
  const std::lock_guard guard(mutex_);
  find(path)->is_read_only = true;
}

std::string MemoryFileSystem::standard_output_bytes() const {
  const std::lock_guard guard(mutex_);
  return standard_output_->bytes;
}

std::shared_ptr<MemoryFileSystem::Node> MemoryFileSystem::find(std::string_view path) const {
  std::shared_ptr<Node> node = root_;
  for (const std::string& part : parts_of(path)) {
    const auto entry = node->entries.find(part);
    if (entry == node->entries.end()) return nullptr;
    node = entry->second;
  }
  return node;
}

Result<MemoryFileSystem::Place> MemoryFileSystem::place_of(const std::string& path) const {
  std::vector<std::string> parts = parts_of(path);
  if (parts.empty()) return system_error(path, "cannot be used as a file", EISDIR);
  Place place{.directory = root_, .name = std::move(parts.back()), .node = nullptr};
  parts.pop_back();
  for (const std::string& part : parts) {
    const auto entry = place.directory->entries.find(part);
    if (entry == place.directory->entries.end()) return system_error(path, "cannot be found", ENOENT);
    place.directory = entry->second;
    if (!place.directory->is_directory) return system_error(path, "cannot be found", ENOTDIR);
  }
  const auto entry = place.directory->entries.find(place.name);
  if (entry != place.directory->entries.end()) place.node = entry->second;
  return place;
}

Result<std::shared_ptr<MemoryFileSystem::Node>> MemoryFileSystem::file_for_writing(const std::string& path) {
  TEMBLOR_ASSIGN(const Place place, place_of(path));
  if (place.node && place.node->is_directory) return system_error(path, "cannot be opened for writing", EISDIR);
  const Node& changed = place.node ? *place.node : *place.directory;
  if (changed.is_read_only) return system_error(path, "cannot be opened for writing", EACCES);
  if (place.node) return place.node;
  auto node = std::make_shared<Node>();
  change({{{place.directory, place.name, node}}});
  return node;
}

void MemoryFileSystem::change(Operation operation) {
  operation.apply(&Node::entries);
  unsynced_.push_back(std::move(operation));
}

void MemoryFileSystem::make_lasting(const std::shared_ptr<Node>& directory) {
  // A rename from elsewhere takes along what it stands on: the earlier operations there. Hence from the newest on.
  std::set<const Node*> directories = {directory.get()};
  std::vector<Operation> lasting;
  for (std::size_t i = unsynced_.size(); i-- > 0;) {
    if (!unsynced_[i].touches(directories)) continue;
    for (const auto& each : unsynced_[i].changes) directories.insert(each.directory.get());
    lasting.push_back(std::move(unsynced_[i]));
    unsynced_.erase(unsynced_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (auto operation = lasting.rbegin(); operation != lasting.rend(); ++operation) {
    operation->apply(&Node::lasting_entries);
  }
}

std::unique_ptr<OutputFile> MemoryFileSystem::output(std::shared_ptr<Node> node, const std::string& path) {
  return std::make_unique<Output>(*this, std::move(node), path);
}

Result<std::unique_ptr<InputFile>> MemoryFileSystem::open_read(const std::string& path, std::uint64_t offset) {
  const std::lock_guard guard(mutex_);
  auto node = find(path);
  if (!node) return system_error(path, "cannot be opened", ENOENT);
  if (node->is_directory) return system_error(path, "cannot be read", EISDIR);
  return std::make_unique<Input>(*this, std::move(node), path, offset);
}

Result<std::unique_ptr<OutputFile>> MemoryFileSystem::create(const std::string& path) {
  const std::lock_guard guard(mutex_);
  TEMBLOR_ASSIGN(auto node, file_for_writing(path));
  node->cut(0);
  return output(std::move(node), path);
}

Result<std::unique_ptr<OutputFile>> MemoryFileSystem::open_append(const std::string& path) {
  const std::lock_guard guard(mutex_);
  TEMBLOR_ASSIGN(auto node, file_for_writing(path));
  return output(std::move(node), path);
}

Result<void> MemoryFileSystem::make_executable(const std::string& path) {
  const std::lock_guard guard(mutex_);
  const auto node = find(path);
  if (!node) return system_error(path, "cannot be looked at", ENOENT);
  return {};  // nobody runs what lies in memory
}

Result<void> MemoryFileSystem::truncate(const std::string& path, std::uint64_t size) {
  const std::lock_guard guard(mutex_);
  const auto node = find(path);
  if (!node) return system_error(path, "cannot be opened for writing", ENOENT);
  if (node->is_directory) return system_error(path, "cannot be opened for writing", EISDIR);
  if (node->bytes.size() < size) return system_error(path, "cannot be cut", EINVAL);
  node->cut(size);
  node->sync();
  return {};
}

Result<void> MemoryFileSystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard guard(mutex_);
  const auto source = place_of(from);
  const auto target = place_of(to);
  if (!source || !target || !source->node) return system_error(from, "cannot be renamed to " + to, ENOENT);
  if (source->node->is_directory || (target->node && target->node->is_directory)) {
    return system_error(from, "cannot be renamed to " + to, EISDIR);
  }
  if (source->node == target->node) return {};
  change({{{source->directory, source->name, nullptr}, {target->directory, target->name, source->node}}});
  return {};
}

Result<void> MemoryFileSystem::remove(const std::string& path) {
  const std::lock_guard guard(mutex_);
  const auto node = find(path);
  if (!node) return {};
  if (node->is_directory) return system_error(path, "cannot be removed", EISDIR);
  TEMBLOR_ASSIGN(const Place place, place_of(path));
  change({{{place.directory, place.name, nullptr}}});
  return {};
}

Result<void> MemoryFileSystem::create_directories(const std::string& path) {
  const std::lock_guard guard(mutex_);
  std::shared_ptr<Node> directory = root_;
  for (const std::string& part : parts_of(path)) {
    std::shared_ptr<Node>& entry = directory->entries[part];
    if (!entry) {
      entry = std::make_shared<Node>();
      entry->is_directory = true;
      make_lasting(directory);
      directory->lasting_entries[part] = entry;
    }
    if (!entry->is_directory) return system_error(path, "cannot be made", ENOTDIR);
    directory = entry;
  }
  return {};
}

Result<void> MemoryFileSystem::sync_directory(const std::string& path) {
  const std::lock_guard guard(mutex_);
  const auto directory = find(path);
  if (!directory) return system_error(path, "cannot be opened", ENOENT);
  if (!directory->is_directory) return system_error(path, "cannot be opened", ENOTDIR);
  make_lasting(directory);
  return {};
}

Result<void> MemoryFileSystem::sync_file_system(const std::string& directory) {
  const std::lock_guard guard(mutex_);
  const auto there = find(directory);
  if (!there) return system_error(directory, "cannot be opened", ENOENT);
  if (!there->is_directory) return system_error(directory, "cannot be opened", ENOTDIR);
  for (const Operation& operation : unsynced_) operation.apply(&Node::lasting_entries);
  unsynced_.clear();
  std::vector<Node*> nodes = {root_.get()};
  while (!nodes.empty()) {
    Node* const node = nodes.back();
    nodes.pop_back();
    for (const auto& [name, entry] : node->entries) nodes.push_back(entry.get());
    if (!node->is_directory) node->sync();
  }
  return {};
}

bool MemoryFileSystem::exists(const std::string& path) {
  const std::lock_guard guard(mutex_);
  return find(path) != nullptr;
}

bool MemoryFileSystem::is_writable(const std::string& path) {
  const std::lock_guard guard(mutex_);
  const auto node = find(path);
  return node && !node->is_read_only;
}

Result<std::uint64_t> MemoryFileSystem::size(const std::string& path) {
  const std::lock_guard guard(mutex_);
  const auto node = find(path);
  if (!node) return system_error(path, "cannot be looked at", ENOENT);
  return node->bytes.size();
}

Result<std::vector<std::string>> MemoryFileSystem::list(const std::string& directory) {
  const std::lock_guard guard(mutex_);
  const auto node = find(directory);
  if (!node) return system_error(directory, "cannot be listed", ENOENT);
  if (!node->is_directory) return system_error(directory, "cannot be listed", ENOTDIR);
  std::vector<std::string> names;
  for (const auto& [name, entry] : node->entries) names.push_back(name);
  return names;
}

std::string MemoryFileSystem::canonical(const std::string& path) {
  std::string canonical;
  for (const std::string& part : parts_of(path)) canonical += "/" + part;
  return canonical;
}

Result<std::vector<std::string>> MemoryFileSystem::glob(const std::string& pattern) {
  const std::lock_guard guard(mutex_);
  struct Found {
    std::string path;
    std::shared_ptr<Node> node;
  };
  std::vector<Found> found = {{pattern.starts_with('/') ? "/" : "", root_}};
  for (const std::string& part : parts_of(pattern)) {
    std::vector<Found> next;
    for (const auto& [path, node] : found) {
      const std::string before = path.empty() || path.ends_with('/') ? path : path + "/";
      for (const auto& [name, entry] : node->entries) {
        if (::fnmatch(part.c_str(), name.c_str(), FNM_PERIOD) == 0) next.push_back({before + name, entry});
      }
    }
    found = std::move(next);
  }
  std::vector<std::string> paths;
  for (auto& [path, node] : found) {
    if (!node->is_directory) paths.push_back(std::move(path));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::lock(const std::string& path) {
  const std::lock_guard guard(mutex_);
  TEMBLOR_ASSIGN(auto node, file_for_writing(path));
  if (!locked_.insert(node.get()).second) {
    return world_error(path, "is held by another process", "end it first, or use another folder");
  }
  return std::make_unique<Lock>(*this, std::move(node));
}

std::unique_ptr<InputFile> MemoryFileSystem::standard_input() {
  const std::lock_guard guard(mutex_);
  return std::make_unique<Input>(*this, standard_input_, "standard input", 0);
}

std::unique_ptr<OutputFile> MemoryFileSystem::standard_output() {
  const std::lock_guard guard(mutex_);
  return output(standard_output_, "standard output");
}

}  // namespace temblor
