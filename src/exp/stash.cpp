#include "exp/stash.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "exp/record.hpp"
#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "git/mode.hpp"
#include "params/edit.hpp"
#include "run/data_source.hpp"
#include "run/rw_lock.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

constexpr const char* composed_file = "params.yaml";

std::string composed(const Workspace& workspace, const std::vector<params::Override>& overrides) {
  const hydra::ParamsSettings settings = hydra_settings(workspace);
  if (workspace.config.get("hydra.plugins_path") && workspace.on_warning) {
    workspace.on_warning("'hydra.plugins_path' has no effect: plugins of Hydra are Python.");
  }
  std::vector<std::string> texts;
  for (const auto& change : overrides)
    texts.push_back(change.text);
  try {
    return hydra::composed_params(settings, texts, workspace.directory, workspace.environment,
                                  std::time(nullptr), workspace.on_warning);
  } catch (const Error& error) {
    // DVC wraps what goes wrong in params files, not what Hydra refuses to compose.
    Error unexpected(error.code(), "unexpected error - " + error.full_message());
    throw unexpected.with_details(error.details());
  }
}

}  // namespace

hydra::ParamsSettings hydra_settings(const Workspace& workspace) {
  const config::Config& config = workspace.config;
  hydra::ParamsSettings settings;
  settings.config_dir =
      fs::absolute(workspace.root, config.get("hydra.config_dir").value_or("conf"));
  settings.config_module = config.get("hydra.config_module").value_or("");
  settings.config_name = config.get("hydra.config_name").value_or("config");
  return settings;
}

namespace {

/// "" when there is no such file.
std::string params_text(const std::string& path, const std::string& shown) {
  if (fs::is_directory(path)) {
    throw Error(Errc::io, fmt::format("unexpected error - [Errno 21] Is a directory: '{}'", shown));
  }
  return params::text_to_edit(path, shown);
}

}  // namespace

EditedFiles edited_params(const Workspace& workspace,
                          const std::vector<params::FileOverrideSet>& given, bool no_hydra) {
  std::vector<params::FileOverrideSet> overrides = given;
  const bool composes = !no_hydra && workspace.config.get_bool("hydra.enabled", false);
  const auto is_composed = [](const auto& set) { return set.file == composed_file; };
  if (composes && std::none_of(overrides.begin(), overrides.end(), is_composed)) {
    overrides.push_back({composed_file, {}});
  }
  const auto interpolate = hydra::params_interpolation(workspace.environment);
  EditedFiles texts;
  for (const auto& [file, changes] : overrides) {
    const std::string path = fs::absolute(workspace.directory, file);
    if (composes && file == composed_file) {
      texts[path] = composed(workspace, changes);
      continue;
    }
    std::string& text = texts[path];
    if (text.empty()) text = params_text(path, file);
    text = params::apply_to_text(text, params::format_of(path), workspace.shown(path), changes,
                                 interpolate);
  }
  return texts;
}

namespace {

struct TreeLink {
  std::string path;
  std::string target;
};

/// The first folder or file on the way to `path` that is a link.
std::optional<TreeLink> first_link(const git::Repo& repo, const git::Id& tree,
                                   const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    std::string part = path.substr(0, end);
    const auto entry = repo.find_in_tree(tree, part);
    if (!entry) return std::nullopt;
    if (entry->mode == git::link_mode) return TreeLink{std::move(part), repo.read_blob(entry->id)};
  }
  return std::nullopt;
}

}  // namespace

std::string behind_links(const Workspace& workspace, const git::Id& tree, const std::string& path) {
  constexpr int most_links = 40;
  std::string found = path;
  for (int links = 0; links < most_links; ++links) {
    const auto link = first_link(*workspace.repo, tree, found);
    if (!link) return found;
    const std::string folder = fs::parent(fs::join(workspace.repo->workdir(), link->path));
    const auto next =
        workspace.git_path(fs::absolute(folder, link->target + found.substr(link->path.size())));
    if (!next) return path;
    found = *next;
  }
  return path;
}

namespace {

git::Id with_files(const Workspace& workspace, const git::Id& tree, const EditedFiles& files) {
  if (files.empty()) return tree;
  git::Repo& repo = *workspace.repo;
  std::vector<git::TreeEdit> edits;
  for (const auto& [path, bytes] : files) {
    const auto relative = workspace.git_path(path);
    if (!relative) continue;
    const std::string target = behind_links(workspace, tree, *relative);
    const auto present = repo.find_in_tree(tree, target);
    const bool runs = present && present->mode == git::executable_mode;
    edits.push_back({target, runs ? git::executable_mode : git::file_mode, repo.write_blob(bytes)});
  }
  return repo.edit_tree(tree, std::move(edits));
}

EditedFiles changed_data(Workspace& workspace, const pipeline::Selection& selection,
                         Stages stages) {
  try {
    return run::record_data_sources(workspace, selection);
  } catch (const Error& error) {
    if (stages == Stages::checked || error.code() == Errc::io) throw;
    return {};
  }
}

}  // namespace

Capture capture_workspace(Workspace& workspace, const pipeline::Selection& selection, Stages stages,
                          const KnownTree& known) {
  constexpr std::chrono::seconds patience(3);
  Capture capture;
  capture.head = require_head(workspace);
  fs::make_directories(workspace.tmp_dir);
  const auto lock = fs::LockFile::acquire(fs::join(workspace.tmp_dir, "lock"), patience,
                                          std::string(run::repo_lock_busy));
  capture.use = workspace.store.use();
  if (const auto tree = known ? known() : std::nullopt) {
    capture.index_tree = capture.tree = *tree;
  } else {
    auto trees = workspace.repo->work_trees();
    capture.index_tree = std::move(trees.index);
    capture.tree = std::move(trees.workdir);
    capture.is_workdir = trees.is_verbatim;
  }
  const EditedFiles data = changed_data(workspace, selection, stages);
  capture.tree = with_files(workspace, capture.tree, data);
  capture.is_workdir = capture.is_workdir && data.empty();
  return capture;
}

git::Id write_stash_commit(const Workspace& workspace, const Capture& capture,
                           const std::string& name, const EditedFiles& files,
                           std::chrono::system_clock::time_point when) {
  git::Repo& repo = *workspace.repo;
  const git::Id tree = with_files(workspace, capture.tree, files);
  auto [author, committer] = repo.identities(workspace.environment, when);
  author.offset_minutes = committer.offset_minutes = 0;
  const git::Id index =
      repo.write_commit(capture.index_tree, {capture.head}, "Index stash", author, committer);
  return repo.write_commit(tree, {capture.head, index},
                           fmt::format("dvc-exp:{0}:{0}:{1}", capture.head, name), author,
                           committer);
}

StashCommit read_stash_commit(const git::Repo& repo, const git::Id& commit) {
  const auto info = repo.commit_info(commit);
  const auto parts = split(trim(info.message), ':');
  if (parts.size() < 4 || parts[0] != "dvc-exp" || info.parents.empty()) {
    throw Error(Errc::git, fmt::format("'{}' is not a stash commit of an experiment", commit));
  }
  return {commit, info.tree, std::string(parts[1]), std::string(parts[2]), std::string(parts[3])};
}

}  // namespace expcore::exp
