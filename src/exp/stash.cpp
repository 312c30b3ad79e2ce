#include "exp/stash.hpp"

#include <chrono>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "exp/record.hpp"
#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "params/edit.hpp"
#include "run/data_source.hpp"
#include "run/rw_lock.hpp"

namespace expcore::exp {

using pipeline::Workspace;

EditedFiles edited_params(const Workspace& workspace,
                          const std::vector<params::FileOverrideSet>& overrides) {
  EditedFiles texts;
  for (const auto& [file, changes] : overrides) {
    const std::string path = fs::absolute(workspace.directory, file);
    std::string& text = texts[path];
    if (text.empty()) text = fs::read_file_if_exists(path).value_or("");
    text = params::apply_to_text(text, params::format_of(path), workspace.shown(path), changes);
  }
  return texts;
}

namespace {

git::Id with_files(const Workspace& workspace, const git::Id& tree, const EditedFiles& files) {
  git::Repo& repo = *workspace.repo;
  std::vector<git::TreeEdit> edits;
  for (const auto& [path, bytes] : files) {
    const auto relative = workspace.git_path(path);
    if (!relative) continue;
    const auto present = repo.find_in_tree(tree, *relative);
    const bool runs = present && present->mode == 0100755;
    edits.push_back({*relative, runs ? 0100755U : 0100644U, repo.write_blob(bytes)});
  }
  return repo.edit_tree(tree, std::move(edits));
}

/// Unknown targets and broken files are told by the run that follows.
EditedFiles changed_data(Workspace& workspace, const pipeline::Selection& selection) {
  try {
    return run::record_data_sources(workspace, selection);
  } catch (const Error& error) {
    if (error.code() == Errc::io) throw;
    return {};
  }
}

}  // namespace

Capture capture_workspace(Workspace& workspace, const pipeline::Selection& selection) {
  constexpr std::chrono::seconds patience(3);
  Capture capture;
  capture.head = require_head(workspace);
  fs::make_directories(workspace.tmp_dir);
  const auto lock = fs::LockFile::acquire(fs::join(workspace.tmp_dir, "lock"), patience,
                                          std::string(run::repo_lock_busy));
  git::Repo& repo = *workspace.repo;
  capture.index_tree = repo.index_tree();
  capture.tree = repo.edit_tree(capture.index_tree, repo.workdir_edits());
  capture.tree = with_files(workspace, capture.tree, changed_data(workspace, selection));
  return capture;
}

git::Id write_stash_commit(const Workspace& workspace, const Capture& capture,
                           const std::string& name, const EditedFiles& files) {
  git::Repo& repo = *workspace.repo;
  const git::Id tree = with_files(workspace, capture.tree, files);
  auto [author, committer] =
      repo.identities(workspace.environment, std::chrono::system_clock::now());
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
