#include "exp/slot.hpp"

#include <algorithm>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "config/config.hpp"
#include "exp/executor_info.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/index_file.hpp"
#include "run/job.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::exp {

using pipeline::Workspace;

/// What is known of a slot between two runs, in `<slot>.json`.
struct Slot::Record {
  git::Id tree;           ///< What is checked out; "" when nobody knows.
  bool is_clean = false;  ///< The folder holds exactly `tree`.
  std::string run;        ///< Executor info of what runs here; "" when nothing does.
  std::string index;      ///< Checksum of the index that was made for `tree`; "" when unknown.
};

namespace {

/// Settings whose values are paths relative to the file that has them.
constexpr std::string_view path_keys[] = {"url",
                                          "credentialpath",
                                          "configpath",
                                          "ca_path",
                                          "cert_path",
                                          "key_path",
                                          "keyfile",
                                          "ssl_verify_path",
                                          "dir",
                                          "gdrive_service_account_json_file_path",
                                          "gdrive_user_credentials_file"};

bool is_relative_path(const std::string& key, const std::string& value) {
  const bool is_path =
      std::find(std::begin(path_keys), std::end(path_keys), key) != std::end(path_keys);
  return is_path && !fs::is_absolute(value) && value.find("://") == std::string::npos &&
         !value.starts_with("~");
}

std::string config_value(const std::string& value) {
  if (value.find_first_of(",#'\"") == std::string::npos && trim(value) == value) return value;
  const char quote = value.find('"') == std::string::npos ? '"' : '\'';
  return quote + value + quote;
}

void append_section(std::string& text, const std::string& name, const config::Section& section,
                    const std::string& folder) {
  text += fmt::format("[{}]\n", name.find('"') == std::string::npos ? name : "'" + name + "'");
  for (const auto& [key, values] : section.values) {
    std::vector<std::string> parts;
    for (const auto& value : values) {
      parts.push_back(
          config_value(is_relative_path(key, value) ? fs::absolute(folder, value) : value));
    }
    text += fmt::format("    {} = {}\n", key, join(parts, ", "));
  }
  for (const auto& [below, content] : section.sections) {
    append_section(text, fmt::format("{} \"{}\"", name, below), content, folder);
  }
}

/// The user's local settings with the place of the cache.
std::string slot_config(const Workspace& project) {
  const std::string path = fs::join(project.dvc_dir, "config.local");
  config::Section local;
  if (const auto text = fs::read_file_if_exists(path)) local = config::parse_config(*text, path);
  local.sections["cache"].values["dir"] = {project.config.cache_dir()};
  std::string text;
  for (const auto& [name, section] : local.sections)
    append_section(text, name, section, project.dvc_dir);
  return text;
}

std::string slots_folder(const Workspace& project) {
  return fs::join(project.tmp_dir, "exps/expcore/slots");
}

bool is_link(const std::string& path) {
  const auto stat = fs::stat(path, fs::Follow::no);
  return stat && stat->kind == fs::Kind::symlink;
}

/// Whether `path` is a link out of `root`, or to nothing.
bool is_link_out(const std::string& path, const std::string& root) {
  return is_link(path) &&
         !(fs::stat(path) && fs::is_within(fs::real_path(path), fs::real_path(root)));
}

/// Removes links that a command put in the places of folders: what is written behind one lands
/// elsewhere.
void remove_links(const std::string& root, const std::vector<git::TreeEntry>& entries) {
  std::string last;
  for (const auto& entry : entries) {
    const std::string folder = fs::parent(entry.path);
    if (folder == last) continue;
    last = folder;
    for (std::size_t end = 0; end != std::string::npos && !folder.empty();) {
      end = folder.find('/', end + 1);
      const std::string path = fs::join(root, folder.substr(0, end));
      if (is_link(path)) fs::remove(path);
    }
  }
}

}  // namespace

Slot::Slot(const Workspace& project, std::string path, fs::LockFile lock)
    : project_(&project),
      path_(std::move(path)),
      dvc_dir_(fs::absolute(path_, fs::relative(project.dvc_dir, project.repo.workdir()))),
      lock_(std::move(lock)) {}

Slot::Slot(Slot&&) noexcept = default;
Slot& Slot::operator=(Slot&&) noexcept = default;
Slot::~Slot() = default;

Slot Slot::acquire(const Workspace& project) {
  const std::string folder = slots_folder(project);
  fs::make_directories(folder);
  const auto busy = run::roots_of_jobs(run::jobs_folder(project));
  for (int number = 1;; ++number) {
    const std::string path = fmt::format("{}/{}", folder, number);
    // Where a cluster still runs a job nothing else happens, though its program died.
    const bool has_job = std::any_of(busy.begin(), busy.end(), [&](const std::string& root) {
      return fs::is_within(root, path);
    });
    if (has_job) continue;
    if (auto slot = take(project, path)) return std::move(*slot);
  }
}

std::optional<Slot> Slot::take(const Workspace& project, const std::string& path) {
  auto lock = fs::LockFile::try_acquire(path + ".lock");
  if (!lock) return std::nullopt;
  Slot slot(project, path, std::move(*lock));
  slot.recover();
  return slot;
}

std::string running_ref(const git::Id& stash) { return "refs/expcore/running/" + stash; }

std::vector<std::string> slot_paths(const Workspace& project) {
  const std::string folder = slots_folder(project);
  std::vector<std::string> paths;
  if (!fs::is_directory(folder)) return paths;
  for (const auto& entry : fs::list_directory(folder)) {
    if (entry.kind == fs::Kind::directory) paths.push_back(fs::join(folder, entry.name));
  }
  return paths;
}

void remove_slots(const Workspace& project) {
  for (const auto& path : slot_paths(project)) {
    if (auto slot = Slot::take(project, path)) slot->remove();
  }
}

bool Slot::is_free(const Workspace& project, const std::string& path) {
  return fs::parent(path) == slots_folder(project) &&
         fs::LockFile::try_acquire(path + ".lock").has_value();
}

bool Slot::is_interrupted(const Workspace& project, const std::string& path) {
  auto lock = fs::LockFile::try_acquire(path + ".lock");
  return lock && !Slot(project, path, std::move(*lock)).read_record().run.empty();
}

Slot::Record Slot::read_record() const {
  const auto text = fs::read_file_if_exists(path_ + ".json");
  Record record;
  if (!text) return record;
  try {
    const yaml::Value value = yaml::parse_json(*text);
    const auto* tree = value.find("tree");
    const auto* clean = value.find("clean");
    const auto* run = value.find("run");
    const auto* index = value.find("index");
    if (tree != nullptr && tree->is_string()) record.tree = tree->string();
    if (run != nullptr && run->is_string()) record.run = run->string();
    if (index != nullptr && index->is_string()) record.index = index->string();
    record.is_clean = clean != nullptr && clean->is_boolean() && clean->boolean();
  } catch (const Error&) {
    return {};
  }
  return record;
}

void Slot::write_record(const Record& record) const {
  yaml::Map map;
  map.append("tree", record.tree);
  map.append("clean", record.is_clean);
  map.append("run", record.run);
  map.append("index", record.index);
  fs::write_atomic(path_ + ".json", yaml::dump_json(std::move(map)));
}

std::string Slot::index_path() const { return fs::join(path_, ".git/index"); }

/// What is in the slot beside a tree, relative to it.
std::vector<std::string> Slot::own_paths() const {
  return {".git", fs::relative(fs::join(dvc_dir_, "config.local"), path_),
          fs::relative(fs::join(dvc_dir_, "tmp"), path_)};
}

/// What is the slot's own and leads out of it: what expcore writes there would land elsewhere.
std::optional<std::string> Slot::link_out() const {
  std::vector<std::string> own = own_paths();
  const std::string tmp = own.back();
  for (auto end = tmp.find('/'); end != std::string::npos; end = tmp.find('/', end + 1))
    own.insert(own.end() - 1, tmp.substr(0, end));
  const auto found = std::find_if(own.begin(), own.end(), [&](const std::string& path) {
    return is_link_out(fs::join(path_, path), path_);
  });
  return found == own.end() ? std::nullopt : std::optional(*found);
}

/// Whether a command put something else in the place of what is the slot's own.
bool Slot::is_foreign() const {
  const auto git = fs::stat(fs::join(path_, ".git"), fs::Follow::no);
  return link_out() || (git && git->kind != fs::Kind::directory);
}

/// What the last holder left behind when it died.
void Slot::recover() {
  Record record = read_record();
  if (is_foreign()) {
    fs::remove_tree(path_);
    record.tree.clear();
    record.is_clean = false;
    write_record(record);
  }
  // The slot is ours alone: whatever process has the number in there now does not work here.
  fs::remove(fs::join(dvc_dir_, "tmp/rwlock"));
  fs::remove(fs::join(path_, ".git/index.lock"));
  if (record.run.empty()) return;
  if (auto info = ExecutorInfo::read(record.run); info && info->is_active()) {
    info->status = ExecutorStatus::failed;
    info->write(record.run);
  }
  const std::string file = fs::filename(record.run);
  project_->repo->delete_refs({running_ref(file.substr(0, file.find('.')))});
  record.run.clear();
  write_record(record);
}

git::Repo& Slot::repo() {
  if (!repo_) {
    repo_ = git::Repo::init_borrowing(path_, *project_->repo);
    repo_->write_objects_to(*project_->repo);
  }
  return *repo_;
}

/// False when the slot is not what it was left as.
bool Slot::switch_tree(const git::Id& from, const git::Id& to) {
  try {
    repo().switch_tree(from, to);
    return true;
  } catch (const Error& error) {
    if (error.code() != Errc::git) throw;
    return false;
  }
}

/// The index is made anew when it is damaged, or when a command has made it pass over files.
void Slot::checkout_tree(const git::Id& tree) {
  const auto index = git::IndexFile::read(index_path());
  if (!index || !index->is_undamaged()) fs::remove(index_path());
  repo().checkout_tree(tree);
}

void Slot::prepare(const git::Id& head, const git::Id& tree, const std::string& run) {
  const Record record = read_record();
  write_record({record.tree, false, run, ""});
  const bool is_known = record.is_clean && fs::is_directory(fs::join(path_, ".git")) &&
                        project_->repo->has_object(record.tree);
  if (!is_known || !switch_tree(record.tree, tree)) {
    if (!record.is_clean && record.tree.empty()) fs::remove_tree(path_);
    fs::make_directories(path_);
    restore(tree);
  }
  if (const auto link = link_out()) {
    throw Error(Errc::invalid_argument,
                fmt::format("'{}' is a link that leads out of the folder in which this would run; "
                            "experiments in folders of their own need a folder or file there",
                            *link));
  }
  repo().detach_head(head);
  fs::make_directories(fs::join(dvc_dir_, "tmp"));
  fs::write_atomic(fs::join(dvc_dir_, "config.local"), slot_config(*project_), fs::Durability::none,
                   0600);
  write_record({tree, false, run, git::index_checksum(index_path())});
}

std::unique_ptr<Workspace> Slot::open(const std::string& directory) const {
  const std::string absolute = fs::absolute(path_, directory);
  fs::make_directories(absolute);
  auto workspace = Workspace::open(absolute, project_->environment);
  workspace->repo->write_objects_to(*project_->repo);
  workspace->flights = project_->flights;
  return workspace;
}

void Slot::clean() {
  Record record = read_record();
  if (is_foreign()) {
    repo_.reset();
    fs::remove_tree(path_);
    record = {};
  } else if (!record.is_clean) {
    if (!undo(record)) restore(record.tree);
    record.is_clean = true;
  }
  record.run.clear();
  record.index.clear();
  write_record(record);
}

void Slot::remove() {
  repo_.reset();
  fs::remove(path_ + ".json");
  fs::remove_tree(path_);
}

/// The folder has `tree` and what is the slot's own afterwards.
void Slot::restore(const git::Id& tree) {
  const auto entries = repo().list_tree(tree);
  remove_links(path_, entries);
  checkout_tree(tree);
  std::vector<std::string> paths;
  paths.reserve(entries.size());
  for (const auto& entry : entries)
    paths.push_back(entry.path);
  remove_foreign_files(std::move(paths));
}

/// Does what restore() does by a look at stats alone; false where that is not enough: commands may
/// have written the index, or much else.
bool Slot::undo(const Record& record) {
  if (record.index.empty() || git::index_checksum(index_path()) != record.index) return false;
  try {
    auto paths = repo().restore_files(record.tree);
    if (!paths) return false;
    remove_foreign_files(std::move(*paths));
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// Removes everything that is neither a file of the tree, whose files are `known`, nor the slot's
/// own.
void Slot::remove_foreign_files(std::vector<std::string> known) {
  for (auto& path : own_paths())
    known.push_back(std::move(path));
  std::sort(known.begin(), known.end());
  const auto has_below = [&](const std::string& folder) {
    const auto at = std::lower_bound(known.begin(), known.end(), folder + "/");
    return at != known.end() && at->starts_with(folder + "/");
  };
  std::vector<std::string> folders = {""};
  while (!folders.empty()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    for (const auto& entry : fs::list_directory(fs::join(path_, folder))) {
      const std::string path = fs::join(folder, entry.name);
      if (std::binary_search(known.begin(), known.end(), path)) continue;
      if (entry.kind == fs::Kind::directory && has_below(path)) {
        folders.push_back(path);
      } else {
        fs::remove_tree(fs::join(path_, path));
      }
    }
  }
}

}  // namespace expcore::exp
