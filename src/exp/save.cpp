#include "exp/save.hpp"

#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/event.hpp"
#include "base/text.hpp"
#include "cache/use_lock.hpp"
#include "data/commit.hpp"
#include "exp/auto_push.hpp"
#include "exp/record.hpp"
#include "exp/refs.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::exp {

using pipeline::Index;
using pipeline::Workspace;

namespace {

void commit_data(Workspace& workspace, const SaveOptions& options) {
  data::CommitOptions commit;
  commit.collect.recursive = options.recursive;
  commit.force = true;
  commit.on_event = options.on_event;
  if (options.targets.empty()) data::commit(workspace, "", commit);
  for (const auto& target : options.targets)
    data::commit(workspace, target, commit);
}

/// DVC's hash covers every stage, and none where targets were named.
std::string message_of(const SaveOptions& options, Index& index) {
  if (!options.message.empty()) return options.message;
  std::vector<pipeline::StageId> ids;
  for (pipeline::StageId id = 0; options.targets.empty() && id < index.stages().size(); ++id)
    ids.push_back(id);
  return "dvc: commit experiment " + experiment_hash(index, ids);
}

void tell_untracked(const Workspace& workspace, const git::Id& tree, const EventCallback& tell) {
  auto files = workspace.repo->untracked_files();
  std::erase_if(files, [&](const std::string& file) {
    return workspace.repo->find_in_tree(tree, file).has_value();
  });
  if (files.empty() || !tell) return;
  tell_warning(
      tell, fmt::format("The following untracked files were present in the workspace before saving "
                        "but will not be included in the experiment commit:\n\t{}",
                        join(files, ", ")));
}

}  // namespace

SaveResult save(Workspace& workspace, const SaveOptions& options) {
  const git::Id baseline = require_head(workspace);
  SaveResult result;
  result.baseline = baseline;
  result.name = choose_name(*workspace.repo, baseline, options.name, options.force);
  result.ref = refname_of(baseline, result.name);

  const auto use = workspace.store.use();  // until a ref leads to what is recorded
  commit_data(workspace, options);
  Index index = Index::collect(workspace);
  std::vector<std::string> more;
  for (const auto& path : options.include_untracked)
    more.push_back(fs::absolute(workspace.directory, path));
  Publication publication{baseline, result.name, "", message_of(options, index), options.force};
  publication.tree = saved_tree(workspace, index, more);
  const AutoPush pushing(workspace.config, workspace, options.on_event);
  result.commit = publish(workspace, publication);
  pushing.push(result.ref);
  tell_untracked(workspace, publication.tree, options.on_event);
  return result;
}

}  // namespace expcore::exp
