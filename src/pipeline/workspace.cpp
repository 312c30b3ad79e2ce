#include "pipeline/workspace.hpp"

#include <utility>

#include <expcore/error.hpp>

#include "fs/path.hpp"

namespace expcore::pipeline {
namespace {

/// One for a project, its slots and DVC's temporary runs, which are all inside of it.
std::string contents_file(const std::string& root) {
  const std::string outermost = root.substr(0, root.find("/.dvc/tmp/exps/"));
  return fs::join(outermost, ".dvc/tmp/expcore/contents.db");
}

cache::StoreOptions store_options(const config::Config& config, const std::string& tmp_dir) {
  cache::StoreOptions options;
  options.scratch = fs::join(tmp_dir, "expcore/scratch");
  options.root = config.cache_dir();
  options.link_types.clear();
  for (const auto& name : config.cache_types()) {
    if (const auto type = cache::parse_link_type(name)) options.link_types.push_back(*type);
  }
  options.group_shared = config.get("cache.shared") == "group";
  return options;
}

hash::Made made_of(const fs::Stat& stat, const cache::ObjectId& id) {
  return {stat.inode, stat.kind == fs::Kind::directory ? 0 : stat.mtime_ns, id.hex, id.kind};
}

LazyRepo open_repo(const std::string& root, const config::Config& config) {
  return config.get_bool("core.no_scm", false) ? LazyRepo() : LazyRepo(root);
}

}  // namespace

LazyRepo::LazyRepo(const std::string& inside) {
  for (std::string folder = inside;; folder = fs::parent(folder)) {
    if (fs::exists(fs::join(folder, ".git"))) {
      workdir_ = folder;
      return;
    }
    if (folder == "/") break;
  }
  throw Error(Errc::not_a_project, "'" + inside + "' is not a git repository");
}

git::Repo& LazyRepo::operator*() const {
  if (!repo_) repo_ = git::Repo::discover(workdir_);
  return *repo_;
}

Workspace::Workspace(std::string directory_, std::string root_, Environment environment_,
                     config::Config config_)
    : directory(std::move(directory_)),
      root(std::move(root_)),
      dvc_dir(fs::join(root, ".dvc")),
      tmp_dir(fs::join(dvc_dir, "tmp")),
      flights(fs::join(tmp_dir, "expcore/flights")),
      environment(std::move(environment_)),
      config(std::move(config_)),
      repo(open_repo(root, config)),
      ignore(root),
      state(fs::join(tmp_dir, "expcore/state.db"), contents_file(root)),
      store(store_options(config, tmp_dir), state, &meter),
      run_cache(config.cache_dir(), config.get("cache.shared") == "group"),
      compiled(fs::join(tmp_dir, "expcore/compiled")) {}

std::unique_ptr<Workspace> Workspace::open(const std::string& directory, Environment environment) {
  std::string root = config::find_root(directory);
  config::Config config = config::Config::load(fs::join(root, ".dvc"), environment);
  return std::make_unique<Workspace>(directory, std::move(root), std::move(environment),
                                     std::move(config));
}

std::string Workspace::shown(const std::string& path) const {
  return fs::is_within(path, root) ? fs::relative(path, directory) : path;
}

void Workspace::note_made(const std::string& path, const cache::ObjectId& id) {
  if (!fs::is_within(path, root)) return;
  if (const auto found = fs::stat(path, fs::Follow::no)) {
    state.remember_made(path, made_of(*found, id));
  }
}

std::optional<std::string> Workspace::git_path(const std::string& path) const {
  if (!repo || !fs::is_within(path, repo.workdir()) || path == repo.workdir()) {
    return std::nullopt;
  }
  return fs::relative(path, repo.workdir());
}

std::optional<std::vector<std::string>> Workspace::ignore_files() const {
  std::vector<std::string> files = ignore.looked_at();
  if (!ignore_rules_) return files;
  const auto of_git = ignore_rules_->looked_at();
  if (!of_git) return std::nullopt;
  files.insert(files.end(), of_git->begin(), of_git->end());
  return files;
}

bool Workspace::is_git_ignored(const std::string& path, bool is_directory) const {
  const auto relative = git_path(path);
  if (!relative) return false;
  if (!ignore_rules_) ignore_rules_.emplace(repo.workdir(), environment);
  if (const auto known = ignore_rules_->is_ignored(*relative, is_directory)) return *known;
  return repo->is_ignored(is_directory ? *relative + "/" : *relative);
}

}  // namespace expcore::pipeline
