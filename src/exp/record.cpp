#include "exp/record.hpp"

#include <chrono>
#include <random>
#include <set>
#include <string_view>
#include <unordered_set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "exp/names.hpp"
#include "exp/refs.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/mode.hpp"
#include "hash/md5.hpp"
#include "yaml/writer.hpp"

namespace expcore::exp {

using pipeline::Dependency;
using pipeline::Stage;
using pipeline::Workspace;

git::Id require_head(const Workspace& workspace) {
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

std::string choose_name(const git::Repo& repo, const git::Id& baseline, const std::string& name,
                        bool force) {
  if (!name.empty()) {
    check_name(name);
    if (!force && repo.resolve_ref(refname_of(baseline, name))) throw conflict_error(name);
    return name;
  }
  std::random_device seed;
  std::mt19937_64 random((std::uint64_t{seed()} << 32U) | seed());
  return unused_name(random, [&](const std::string& made_up) {
    return repo.resolve_ref(refname_of(baseline, made_up)).has_value();
  });
}

namespace {

enum class Ignored : bool { left_out, taken };

/// Collects the paths that belong into the experiment beside those Git tracks already.
class Additions {
 public:
  explicit Additions(Workspace& workspace, Ignored ignored = Ignored::left_out)
      : workspace_(workspace), takes_ignored_(ignored == Ignored::taken) {}

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
    if (is_left_out(*relative + "/")) return;
    fs::walk(
        path, nullptr,
        [&](const fs::WalkEntry& entry) {
          if (entry.kind != fs::Kind::directory) add_file(*workspace_.git_path(entry.path));
        },
        [&](const fs::WalkEntry& folder) {
          return fs::filename(folder.path) != ".git" &&
                 !is_left_out(*workspace_.git_path(folder.path) + "/");
        });
  }

  std::vector<git::TreeEdit> take() { return std::move(edits_); }

 private:
  bool is_left_out(const std::string& relative) const {
    return !takes_ignored_ && workspace_.repo->is_ignored(relative);
  }

  void add_file(const std::string& relative) {
    // Tracked files are in the tree with their present content anyway.
    if (workspace_.repo->is_tracked(relative) || is_left_out(relative)) return;
    const auto stat = fs::stat(fs::join(workspace_.repo.workdir(), relative), fs::Follow::no);
    edits_.push_back(
        {relative, git::mode_of(*stat), workspace_.repo->write_blob_from_workdir(relative)});
  }

  Workspace& workspace_;
  bool takes_ignored_;
  std::set<std::string> seen_;
  std::vector<git::TreeEdit> edits_;
};

/// The outputs in the cache: data, whether Git ignores it or not.
using Data = std::unordered_set<std::string_view>;

Data data_of(const pipeline::Index& index) {
  Data data;
  for (const auto& stage : index.stages()) {
    for (const auto& out : stage.outs) {
      if (out.cache) data.insert(out.path);
    }
  }
  return data;
}

/// Whether `path` is such an output or in one.
bool is_data(const Data& data, const std::string& path) {
  for (std::string at = path; at.size() > 1; at = fs::parent(at)) {
    if (data.contains(at)) return true;
  }
  return false;
}

void add_stage_files(Additions& additions, const Stage& stage, const Data& data) {
  additions.add(stage.file);
  if (!stage.is_dvc_file()) additions.add(stage.lock_file());
  for (const auto& dep : stage.deps) {
    if (dep.kind == Dependency::Kind::local && !is_data(data, dep.path)) additions.add(dep.path);
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

}  // namespace

git::Id experiment_tree(Workspace& workspace, const run::Reproduction& reproduction,
                        const std::vector<std::string>& more) {
  git::Repo& repo = *workspace.repo;
  std::vector<git::TreeEdit> edits = repo.workdir_edits();
  Additions additions(workspace);
  for (const auto& path : more)
    additions.add(path);
  const Data data = data_of(reproduction.index);
  for (const auto& result : reproduction.results) {
    add_stage_files(additions, reproduction.index.stage(result.id), data);
  }
  add_top_level_files(additions, reproduction.index);
  for (auto& edit : additions.take())
    edits.push_back(std::move(edit));
  return repo.edit_tree(repo.index_tree(), std::move(edits));
}

git::Id saved_tree(Workspace& workspace, const pipeline::Index& index,
                   const std::vector<std::string>& more) {
  git::Repo& repo = *workspace.repo;
  std::vector<git::TreeEdit> edits = repo.workdir_edits();
  Additions additions(workspace, Ignored::taken);
  for (const auto& path : more)
    additions.add(path);
  add_top_level_files(additions, index);
  for (const auto& stage : index.stages()) {
    const auto file = workspace.git_path(stage.file);
    if (!stage.is_dvc_file() && file && repo.is_tracked(*file)) additions.add(stage.lock_file());
  }
  for (auto& edit : additions.take())
    edits.push_back(std::move(edit));
  return repo.edit_tree(repo.index_tree(), std::move(edits));
}

std::string experiment_hash(pipeline::Index& index, const std::vector<pipeline::StageId>& stages) {
  yaml::Map entries;
  for (const auto id : stages) {
    const Stage& stage = index.stage(id);
    const auto* entry = stage.is_dvc_file() ? nullptr : index.recorded(id);
    if (entry != nullptr) entries.set(stage.name, entry->to_value());
  }
  return hash::sha256(yaml::dump_json(std::move(entries), yaml::SortKeys::yes));
}

std::string experiment_hash(run::Reproduction& reproduction) {
  std::vector<pipeline::StageId> ids;
  for (const auto& result : reproduction.results) {
    if (run::Reproduction::is_reproduced(result)) ids.push_back(result.id);
  }
  return experiment_hash(reproduction.index, ids);
}

git::Id publish(const Workspace& workspace, const Publication& publication) {
  git::Repo& repo = *workspace.repo;
  const std::string ref = refname_of(publication.baseline, publication.name);
  git::Id commit;
  while (true) {
    const auto existing = repo.resolve_ref(ref);
    if (existing && !publication.force) {
      // Somebody else made it meanwhile: the same result is the same experiment.
      if (repo.commit_info(*existing).tree == publication.tree) return *existing;
      throw conflict_error(ref);
    }
    if (commit.empty()) {
      const auto [author, committer] =
          repo.identities(workspace.environment, std::chrono::system_clock::now());
      commit = repo.write_commit(publication.tree, {publication.baseline}, publication.message,
                                 author, committer);
      if (publication.before_ref) publication.before_ref(commit);
      repo.sync_objects();
    }
    if (repo.set_ref(ref, commit, existing.value_or(""))) return commit;
  }
}

}  // namespace expcore::exp
