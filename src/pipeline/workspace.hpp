#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/run_cache.hpp"
#include "cache/store.hpp"
#include "config/config.hpp"
#include "fs/ignore.hpp"
#include "git/ignore_rules.hpp"
#include "git/repo.hpp"
#include "hash/state.hpp"
#include "pipeline/compiled.hpp"

namespace expcore::pipeline {

using Environment = std::map<std::string, std::string>;

/// The Git repository around a project, opened when something first needs libgit2: a run that finds
/// nothing to do never does. False when the project is without Git.
///
/// Thread safety: confined.
class LazyRepo {
 public:
  LazyRepo() = default;
  /// `inside` is a folder of the work tree.
  /// Throws: Error{not_a_project} "'<inside>' is not a git repository".
  explicit LazyRepo(const std::string& inside);

  explicit operator bool() const { return !workdir_.empty(); }
  /// The work tree's folder, spelled as the project's root is.
  const std::string& workdir() const { return workdir_; }
  git::Repo& operator*() const;
  git::Repo* operator->() const { return &**this; }

 private:
  std::string workdir_;
  mutable std::optional<git::Repo> repo_;  ///< Confined to one thread as the whole object is.
};

/// A DVC project on disk with everything that working in it needs, opened once.
///
/// Thread safety: confined (it holds a Git repository).
struct Workspace {
  /// Opens the project that contains `directory` (absolute). `environment` is the caller's: it
  /// decides where configuration is found and is what commands inherit.
  /// Throws: Error{not_a_project}, Error{config}.
  static std::unique_ptr<Workspace> open(const std::string& directory, Environment environment);

  std::string directory;  ///< Where the caller stands: paths in messages are relative to it.
  std::string root;       ///< The folder that holds `.dvc`.
  std::string dvc_dir;    ///< `<root>/.dvc`.
  std::string tmp_dir;    ///< `<root>/.dvc/tmp`, made on demand.
  std::string flights;    ///< File of run::Flight locks: one for a project and its slots.
  Environment environment;
  config::Config config;
  LazyRepo repo;  ///< False for `core.no_scm` projects.
  fs::DvcIgnore ignore;
  hash::StateDb state;
  Meter meter;  ///< Of what is hashed, stored and moved on behalf of a call about data.
  cache::Store store;
  cache::RunCache run_cache;
  CompiledFiles compiled;

  /// Takes what the user should know while files are loaded; may be empty.
  std::function<void(const std::string&)> on_warning;

  Workspace(std::string directory, std::string root, Environment environment,
            config::Config config);

  /// How messages name an absolute path: relative to `directory` when inside the project.
  std::string shown(const std::string& path) const;
  /// Notes that the data at `path` belongs to an output, so that it can go when
  /// the output does.
  void note_made(const std::string& path, const cache::ObjectId& id);
  /// Relative to the Git work tree; nullopt without Git or outside it.
  std::optional<std::string> git_path(const std::string& path) const;
  /// By Git's ignore rules only. Always false without Git.
  bool is_git_ignored(const std::string& path, bool is_directory) const;
  /// Every file that answers about ignored paths, DVC's and Git's, depended on so far, there or
  /// not; nullopt when that is not known.
  std::optional<std::vector<std::string>> ignore_files() const;

 private:
  mutable std::optional<git::IgnoreRules> ignore_rules_;
};

}  // namespace expcore::pipeline
