#include "exp/run.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <unistd.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "exp/names.hpp"
#include "exp/refs.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "hash/md5.hpp"
#include "yaml/writer.hpp"

namespace expcore::exp {

using pipeline::Dependency;
using pipeline::Stage;
using pipeline::Workspace;

namespace {

git::Id require_head(Workspace& workspace) {
  if (!workspace.repo) {
    throw Error(
        Errc::git,
        "Only supported for Git repositories. If you're seeing this error in a Git repo, try "
        "updating the DVC configuration with `dvc config core.no_scm false`.");
  }
  const auto head = workspace.repo->head();
  if (!head) throw Error(Errc::git, "unexpected error - Empty git repo");
  return *head;
}

std::string choose_name(const git::Repo& repo, const git::Id& baseline, const RunOptions& options) {
  if (!options.name.empty()) {
    check_name(options.name);
    if (!options.reproduce.force && repo.resolve_ref(refname_of(baseline, options.name))) {
      throw conflict_error(options.name);
    }
    return options.name;
  }
  std::random_device seed;
  std::mt19937_64 random((std::uint64_t{seed()} << 32U) | seed());
  while (true) {
    std::string name = random_name(random);
    if (!repo.resolve_ref(refname_of(baseline, name))) return name;
  }
}

/// Applies the overrides to the files' texts first and writes only when all of them are good.
std::vector<std::string> apply_overrides(Workspace& workspace,
                                         const std::vector<params::ScalarOverride>& overrides) {
  std::map<std::string, std::string> texts;
  for (const auto& change : overrides) {
    const std::string path = fs::absolute(workspace.root, change.file);
    auto [text, made] = texts.try_emplace(path);
    if (made) {
      if (!fs::exists(path)) {
        throw Error(Errc::not_found,
                    fmt::format("Could not find params file '{}'", workspace.shown(path)));
      }
      text->second = fs::read_file(path);
    }
    text->second = params::set_scalar(text->second, change, workspace.shown(path));
  }
  std::vector<std::string> written;
  for (const auto& [path, text] : texts) {
    fs::write_atomic(path, text, fs::Durability::full);
    written.push_back(path);
  }
  return written;
}

/// Collects the paths that belong into the experiment beside those Git tracks already.
class Additions {
 public:
  explicit Additions(Workspace& workspace) : workspace_(workspace) {}

  /// A file, or the files below a folder, unless ignored. Missing ones are passed over.
  void add(const std::string& path) {
    const auto relative = workspace_.git_path(path);
    if (!relative || !seen_.insert(path).second) return;
    const auto stat = fs::stat(path, fs::Follow::no);
    if (!stat) return;
    if (stat->kind != fs::Kind::directory) {
      add_file(*relative);
      return;
    }
    if (workspace_.repo->is_ignored(*relative + "/")) return;
    fs::walk(
        path, nullptr,
        [&](const fs::WalkEntry& entry) {
          if (entry.kind != fs::Kind::directory) add_file(*workspace_.git_path(entry.path));
        },
        [&](const fs::WalkEntry& folder) {
          return fs::filename(folder.path) != ".git" &&
                 !workspace_.is_git_ignored(folder.path, true);
        });
  }

  std::vector<git::TreeEdit> take() { return std::move(edits_); }

 private:
  void add_file(const std::string& relative) {
    // Tracked files are in the tree with their present content anyway.
    if (workspace_.repo->is_tracked(relative) || workspace_.repo->is_ignored(relative)) return;
    const auto stat = fs::stat(fs::join(workspace_.repo.workdir(), relative), fs::Follow::no);
    const std::uint32_t mode = stat->kind == fs::Kind::symlink ? 0120000
                               : stat->is_executable()         ? 0100755
                                                               : 0100644;
    edits_.push_back({relative, mode, workspace_.repo->write_blob_from_workdir(relative)});
  }

  Workspace& workspace_;
  std::set<std::string> seen_;
  std::vector<git::TreeEdit> edits_;
};

void add_stage_files(Additions& additions, const Stage& stage) {
  additions.add(stage.file);
  if (!stage.is_dvc_file()) additions.add(stage.lock_file());
  for (const auto& dep : stage.deps) {
    if (dep.kind == Dependency::Kind::local) additions.add(dep.path);
  }
  for (const auto& params : stage.params)
    additions.add(params.path);
  for (const auto& out : stage.outs) {
    if (!out.cache) additions.add(out.path);
  }
}

/// Source files of a top-level plot: its id, or the keys of its `y` mapping (and of `x`).
std::vector<std::string> plot_files(const yaml::Value& plot) {
  if (plot.is_string()) return {plot.string()};
  if (!plot.is_map() || plot.map().empty()) return {};
  const auto& [id, properties] = *plot.map().begin();
  std::vector<std::string> files;
  for (const char* axis : {"y", "x"}) {
    const auto* data = properties.find(axis);
    if (data == nullptr || !data->is_map()) continue;
    for (const auto& member : data->map())
      files.push_back(python_str(member.key));
  }
  if (files.empty()) files.push_back(python_str(id));
  return files;
}

void add_top_level_files(Additions& additions, const pipeline::Index& index) {
  for (const auto& file : index.files()) {
    const std::string folder = fs::parent(file.path);
    for (const auto& path : file.metrics)
      additions.add(fs::absolute(folder, path));
    for (const auto& path : file.params)
      additions.add(fs::absolute(folder, path));
    if (!file.plots.is_list()) continue;
    for (const auto& plot : file.plots.list()) {
      for (const auto& path : plot_files(plot))
        additions.add(fs::absolute(folder, path));
    }
  }
}

/// The tree an experiment commit gets.
git::Id experiment_tree(Workspace& workspace, const run::Reproduction& reproduction,
                        const std::vector<std::string>& override_files) {
  git::Repo& repo = *workspace.repo;
  std::vector<git::TreeEdit> edits = repo.workdir_edits();
  Additions additions(workspace);
  for (const auto& path : override_files)
    additions.add(path);
  for (const auto& result : reproduction.results) {
    add_stage_files(additions, reproduction.index.stage(result.id));
  }
  add_top_level_files(additions, reproduction.index);
  for (auto& edit : additions.take())
    edits.push_back(std::move(edit));
  return repo.edit_tree(repo.index_tree(), std::move(edits));
}

/// DVC's hash over the lock entries of the stages that ran. Source: DVC
/// dvc/repo/experiments/executor/base.py hash_exp().
std::string experiment_hash(run::Reproduction& reproduction) {
  yaml::Map entries;
  for (const auto& result : reproduction.results) {
    const Stage& stage = reproduction.index.stage(result.id);
    if (!run::Reproduction::is_reproduced(result) || stage.is_dvc_file()) continue;
    if (const auto* entry = reproduction.index.recorded(result.id)) {
      entries.set(stage.name, entry->to_value());
    }
  }
  return hash::sha256(yaml::dump_json(std::move(entries), yaml::SortKeys::yes));
}

/// Tells DVC (`exp show`) that an experiment is running here, for as long as it lives.
class RunningMark {
 public:
  RunningMark(const Workspace& workspace, const git::Id& baseline, const std::string& name)
      : folder_(fs::join(workspace.tmp_dir, "exps/run/workspace")) {
    const std::string& root = workspace.repo.workdir();
    yaml::Map info;
    info.append("git_url", "file://" + root);
    info.append("baseline_rev", baseline);
    info.append("location", "workspace");
    info.append("root_dir", root);
    info.append("dvc_dir", fs::relative(workspace.dvc_dir, root));
    info.append("name", name);
    info.append("wdir", fs::relative(workspace.directory, root));
    for (const char* key : {"result_hash", "result_ref"})
      info.append(key, yaml::Null{});
    info.append("result_force", false);
    info.append("status", 2);
    yaml::Map process;
    process.append("pid", std::int64_t{::getpid()});
    for (const char* key : {"stdin", "stdout", "stderr", "returncode"}) {
      process.append(key, yaml::Null{});
    }
    fs::make_directories(folder_);
    fs::write_atomic(fs::join(folder_, "workspace.run"), yaml::dump_json(std::move(info)));
    fs::write_atomic(fs::join(folder_, "workspace.json"), yaml::dump_json(std::move(process)));
  }
  ~RunningMark() {
    try {
      fs::remove_tree(folder_);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a dead pid marks it as stale
    }
  }
  RunningMark(const RunningMark&) = delete;
  RunningMark& operator=(const RunningMark&) = delete;

 private:
  std::string folder_;
};

git::Id write_experiment(Workspace& workspace, const git::Id& baseline, const std::string& name,
                         const git::Id& tree, const std::string& message, bool force) {
  git::Repo& repo = *workspace.repo;
  const std::string ref = refname_of(baseline, name);
  const auto existing = repo.resolve_ref(ref);
  if (existing && !force) {
    // Somebody else made it meanwhile: the same result is the same experiment.
    if (repo.commit_info(*existing).tree == tree) return *existing;
    throw conflict_error(ref);
  }
  const auto [author, committer] =
      repo.identities(workspace.environment, std::chrono::system_clock::now());
  const git::Id commit = repo.write_commit(tree, {baseline}, message, author, committer);
  repo.sync_objects();
  if (!repo.set_ref(ref, commit, existing.value_or(""))) throw conflict_error(ref);
  return commit;
}

void emit(const RunOptions& options, EventKind kind, const std::string& name,
          const std::string& commit = {}) {
  if (!options.reproduce.on_event) return;
  Event event;
  event.kind = kind;
  event.text = name;
  event.commit = commit;
  options.reproduce.on_event(event);
}

}  // namespace

RunResult run_in_workspace(Workspace& workspace, const RunOptions& options) {
  const git::Id baseline = require_head(workspace);
  const std::string name = choose_name(*workspace.repo, baseline, options);
  const auto override_files = apply_overrides(workspace, options.overrides);
  const RunningMark mark(workspace, baseline, name);

  run::ReproduceOptions reproduce = options.reproduce;
  reproduce.as_experiment = true;
  reproduce.on_loaded = [&] { emit(options, EventKind::experiment_started, name); };
  reproduce.extra_environment["DVC_EXP_BASELINE_REV"] = baseline;
  reproduce.extra_environment["DVC_EXP_NAME"] = name;
  // `exp run` has its own last words.
  reproduce.on_event = [&](const Event& event) {
    if (event.kind != EventKind::files_to_track && options.reproduce.on_event) {
      options.reproduce.on_event(event);
    }
  };
  RunResult result{name, "", refname_of(baseline, name), run::reproduce(workspace, reproduce)};
  if (reproduce.dry) return result;

  const git::Id tree = experiment_tree(workspace, result.reproduction, override_files);
  const std::string message = options.message.empty()
                                  ? "dvc: commit experiment " + experiment_hash(result.reproduction)
                                  : options.message;
  result.commit =
      write_experiment(workspace, baseline, name, tree, message, options.reproduce.force);
  emit(options, EventKind::experiment_finished, name, result.commit);
  return result;
}

}  // namespace expcore::exp
