#include "data/remove.hpp"

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "data/session.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "pipeline/index.hpp"
#include "pipeline/scopes.hpp"
#include "pipeline/targets.hpp"
#include "yaml/reader.hpp"
#include "yaml/roundtrip.hpp"

namespace expcore::data {

using pipeline::Index;
using pipeline::Stage;
using pipeline::StageId;

namespace {

std::vector<StageId> stages_of(const pipeline::Workspace& workspace, const Index& index,
                               const std::string& target) {
  pipeline::Selection selection;
  selection.targets = {target};
  try {
    return resolve_targets(workspace, index, nullptr, selection);
  } catch (Error& error) {
    const std::string file = target + ".dvc";
    if (error.code() == Errc::not_found && fs::exists(fs::absolute(workspace.directory, file))) {
      error.add_context(fmt::format("'{}' is not a .dvc file. Do you mean '{}'?", target, file));
    }
    throw;
  }
}

/// Members of "stages" of a pipeline or lock file.
std::size_t stages_in(const std::string& text) {
  const auto document = yaml::parse_yaml(text);
  const auto* stages = document.find("stages");
  return stages == nullptr || !stages->is_map() ? 0 : stages->map().size();
}

/// A stage that stands under its own name, not one of foreach or matrix.
bool is_written_out(const Stage& stage) {
  const auto document = yaml::parse_yaml(fs::read_file(stage.file));
  const auto* stages = document.find("stages");
  const auto* itself = stages == nullptr ? nullptr : stages->find(stage.name);
  return itself != nullptr && itself->find("foreach") == nullptr &&
         itself->find("matrix") == nullptr;
}

/// Takes a stage out of a file; the file goes with its last stage.
void erase_stage(const std::string& file, const std::string& name) {
  const auto text = fs::read_file_if_exists(file);
  if (!text) return;
  yaml::RoundTrip document{*text};
  if (!document.erase({"stages", name})) return;
  if (stages_in(*text) <= 1) {
    fs::remove(file);
  } else {
    fs::write_atomic(file, document.text(), fs::Durability::full);
  }
}

}  // namespace

void remove(pipeline::Workspace& workspace, const std::string& target, bool outs) {
  Session session(workspace, {});
  const Index index = Index::collect(workspace);
  const auto ids = stages_of(workspace, index, target);
  for (const StageId id : ids) {
    const Stage& stage = index.stage(id);
    if (!stage.is_dvc_file() && !is_written_out(stage)) {
      throw Error(Errc::invalid_argument, fmt::format("cannot remove a parametrized stage: '{}'",
                                                      address(stage, workspace.directory)));
    }
    for (const auto& out : stage.outs)
      session.check_free({out.path});
  }
  for (const StageId id : ids) {
    const Stage& stage = index.stage(id);
    if (stage.is_dvc_file()) {
      fs::remove(stage.file);
    } else {
      erase_stage(stage.lock_file(), stage.name);
      erase_stage(stage.file, stage.name);
    }
    for (const auto& out : stage.outs) {
      if (outs) {
        fs::remove_tree(out.path);
      } else if (out.cache && fs::exists(out.path)) {
        workspace.store.unprotect(out.path);
      }
      if (out.cache) session.stop_ignoring(out.path);
    }
  }
  session.finish();
}

namespace {

/// The text of a `.dvc` file with its only output called `path`.
std::string renamed(const std::string& text, const std::string& path) {
  const auto document = yaml::parse_yaml(text);
  yaml::List outs = document.find("outs")->list();
  outs.front().map().set("path", path);
  yaml::RoundTrip edited{text};
  edited.set({"outs"}, std::move(outs));
  return edited.text();
}

}  // namespace

void move(pipeline::Workspace& workspace, const std::string& from, const std::string& to,
          const EventCallback& on_event) {
  Session session(workspace, on_event);
  Index index = Index::collect(workspace);
  const std::string source = fs::absolute(workspace.directory, from);
  std::optional<StageId> found;
  for (const auto& holder : pipeline::outputs_holding(index, source)) {
    if (holder.output->path == source) found = holder.stage;
  }
  if (!found)
    throw Error(Errc::not_found, fmt::format("Unable to find DVC file with output '{}'", from));
  const Stage& stage = index.stage(*found);
  if (!stage.is_dvc_file()) {
    const std::string name = address(stage, workspace.directory);
    throw Error(
        Errc::invalid_argument,
        fmt::format(
            "move is not permitted for stages that are not data sources. You need to either move "
            "'{0}' to a new location and edit it by hand, or remove '{0}' and create a new one at "
            "the desired location.",
            name));
  }
  std::string target = fs::absolute(workspace.directory, to);
  if (fs::is_directory(target)) target = fs::join(target, fs::filename(source));
  const bool file_moves = fs::filename(stage.file) == fs::filename(source) + ".dvc";
  const std::string new_file = file_moves ? target + ".dvc" : stage.file;
  const std::string shown_file = fs::relative(new_file, workspace.directory);
  if (file_moves && workspace.is_git_ignored(new_file, false)) {
    throw Error(Errc::invalid_argument,
                fmt::format("bad DVC file name '{}' is git-ignored.", shown_file));
  }
  if (file_moves && fs::exists(new_file)) {
    throw Error(Errc::exists, fmt::format("'{}' already exists", shown_file));
  }
  if (fs::exists(target)) {
    throw Error(Errc::exists,
                fmt::format("'{}' already exists", fs::relative(target, workspace.directory)));
  }
  if (!fs::is_directory(fs::parent(new_file))) {
    throw Error(Errc::not_found,
                fmt::format("'{}' does not exist",
                            fs::relative(fs::parent(new_file), workspace.directory)));
  }
  for (const auto& holder : pipeline::outputs_holding(index, target)) {
    if (holder.stage == *found) continue;
    throw Error(Errc::invalid_argument, fmt::format("'{}' is inside the output '{}'",
                                                    fs::relative(target, workspace.directory),
                                                    workspace.shown(holder.output->path)));
  }
  const std::string text =
      renamed(fs::read_file(stage.file),
              fs::relative(target, file_moves ? fs::parent(new_file) : stage.wdir));
  session.check_free({source, target});
  session.ignore(target);
  if (fs::exists(source)) {
    fs::rename(source, target);
  } else {
    session.warn(fmt::format("'{}' missing", source));
  }
  fs::write_atomic(new_file, text, fs::Durability::full);
  session.track(new_file);
  if (file_moves) {
    fs::remove(stage.file);
    session.track(stage.file);
  }
  session.stop_ignoring(source);
  session.finish();
}

void unprotect(pipeline::Workspace& workspace, const std::string& target) {
  Session session(workspace, {});
  const std::string path = fs::absolute(workspace.directory, target);
  if (!fs::exists(path)) {
    throw Error(Errc::not_found, fmt::format("can't unprotect non-existing data '{}'", target));
  }
  workspace.store.unprotect(path);
  session.finish();
}

}  // namespace expcore::data
