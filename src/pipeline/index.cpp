#include "pipeline/index.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "pipeline/schema.hpp"

namespace expcore::pipeline {
namespace {

bool is_pipeline_file(const std::string& name) {
  return name == "dvc.yaml" || (name.ends_with(".dvc") && name != ".dvc");
}

templating::Options templating_options(const config::Config& config) {
  templating::Options options;
  if (config.get("parsing.bool") == "boolean_optional") {
    options.bool_style = templating::BoolStyle::boolean_optional;
  }
  if (config.get("parsing.list") == "append") {
    options.list_style = templating::ListStyle::append;
  }
  return options;
}

[[noreturn]] void fail_same_stage(const std::string& path, const std::string& stage) {
  throw Error(Errc::invalid_argument,
              fmt::format("output '{}' is already specified in stage: '{}'.\nUse `dvc remove {}` "
                          "to stop tracking the overlapping output.",
                          path, stage, stage));
}

[[noreturn]] void fail_duplicate(const std::string& path, const std::vector<std::string>& stages) {
  std::string list;
  for (const auto& stage : stages)
    list += "\n\t- " + stage;
  throw Error(Errc::invalid_argument,
              fmt::format("output '{}' is specified in:{}\nUse `dvc remove` with any of the above "
                          "targets to stop tracking the overlapping output.",
                          path, list));
}

[[noreturn]] void fail_overlap(const std::string& outer, const std::string& outer_stage,
                               const std::string& inner, const std::string& inner_stage) {
  throw Error(Errc::invalid_argument,
              fmt::format("The output paths:\n'{}'('{}')\n'{}'('{}')\noverlap and are thus in the "
                          "same tracked directory.\nTo keep reproducibility, outputs should be in "
                          "separate tracked directories or tracked individually.",
                          outer, outer_stage, inner, inner_stage));
}

}  // namespace

LoadContext workspace_context(const Workspace& workspace) {
  LoadContext context;
  context.root = workspace.root;
  context.directory = workspace.directory;
  context.read = [](const std::string& path) { return fs::read_file_if_exists(path); };
  context.is_directory = [](const std::string& path) { return fs::is_directory(path); };
  context.templating = templating_options(workspace.config);
  context.on_warning = workspace.on_warning;
  return context;
}

Index Index::collect(Workspace& workspace) { return collect(workspace, Broken::fails); }
Index Index::collect_loadable(Workspace& workspace) {
  return collect(workspace, Broken::passed_over);
}

Index Index::collect(Workspace& workspace, Broken broken) {
  Index index(workspace);
  std::set<std::string> out_folders;
  index.looked_at_.insert(workspace.root);
  // DVC loads the files of a folder before it decides which sub-folders to enter.
  fs::walk(
      workspace.root, &workspace.ignore,
      [&](const fs::WalkEntry& entry) {
        if (entry.kind == fs::Kind::directory) return;
        if (!is_pipeline_file(fs::filename(entry.path))) return;
        index.looked_at_.insert(entry.path);
        if (!fs::is_file(entry.path) || workspace.is_git_ignored(entry.path, false)) return;
        const std::size_t first = index.stages_.size();
        try {
          index.load_file(entry.path);
        } catch (const Error&) {
          if (broken == Broken::fails) throw;
        }
        for (std::size_t i = first; i < index.stages_.size(); ++i) {
          for (const auto& out : index.stages_[i].outs)
            out_folders.insert(out.path);
        }
      },
      [&](const fs::WalkEntry& folder) {
        if (out_folders.contains(folder.path) || workspace.is_git_ignored(folder.path, true)) {
          return false;
        }
        index.looked_at_.insert(folder.path);
        return true;
      });
  return index;
}

Index Index::of_files(Workspace& workspace, const std::vector<std::string>& files) {
  Index index(workspace);
  for (const auto& file : files) {
    if (!index.has_file(file)) index.load_file(file);
  }
  return index;
}

void Index::load_file(const std::string& path) {
  const LoadContext plain = workspace_context(*workspace_);
  LoadContext context = plain;
  context.read = [&](const std::string& file) {
    looked_at_.insert(file);
    return plain.read(file);
  };
  context.is_directory = [&](const std::string& folder) {
    looked_at_.insert(folder);
    return plain.is_directory(folder);
  };
  looked_at_.insert(path);
  const std::string text = fs::read_file(path);
  PipelineFile file;
  if (fs::filename(path) == "dvc.yaml") {
    const std::string lock = fs::join(fs::parent(path), "dvc.lock");
    if (workspace_->is_git_ignored(lock, false)) {
      throw Error(Errc::invalid_argument, fmt::format("'{}' is git-ignored.", lock));
    }
    file = workspace_->compiled.pipeline(text, path, context);
    if (!file.stages.empty()) lock_of(file.stages.front());
  } else {
    file.path = path;
    file.stages.push_back(parse_dvc_file(text, path, context));
  }
  auto& ids = by_file_[path];
  for (auto& stage : file.stages) {
    check_loaded(stage);
    ids.push_back(static_cast<StageId>(stages_.size()));
    stages_.push_back(std::move(stage));
  }
  file.stages.clear();
  files_.push_back(std::move(file));
}

StageId Index::add(Stage stage) {
  check_loaded(stage);
  const auto id = static_cast<StageId>(stages_.size());
  by_file_[stage.file].push_back(id);
  stages_.push_back(std::move(stage));
  return id;
}

void Index::check_loaded(const Stage& stage) const {
  for (const auto& out : stage.outs) {
    if (!fs::is_within(out.path, workspace_->root)) continue;
    const bool is_directory = out.def_path.ends_with('/') || fs::is_directory(out.path);
    const std::string reason = workspace_->ignore.explain(out.path, is_directory);
    if (reason.empty()) continue;
    throw Error(Errc::invalid_argument,
                fmt::format("Path '{}' is ignored by {}", out.path, reason));
  }
}

std::optional<StageId> Index::find(const std::string& file, const std::string& name) const {
  const auto found = by_file_.find(file);
  if (found == by_file_.end()) return std::nullopt;
  for (const StageId id : found->second) {
    if (stages_[id].name == name) return id;
  }
  return std::nullopt;
}

std::vector<StageId> Index::stages_of(const std::string& file) const {
  const auto found = by_file_.find(file);
  return found == by_file_.end() ? std::vector<StageId>() : found->second;
}

LockFile& Index::lock_of(const Stage& stage) {
  const std::string path = stage.lock_file();
  auto found = locks_.find(path);
  if (found == locks_.end()) {
    looked_at_.insert(path);
    const auto stat = fs::stat(path);
    auto text = fs::read_file_if_exists(path);
    LockEntries entries;
    if (text) {
      entries = workspace_->compiled.lock(
          *text, path, [&] { return parse_lock(*text, shown_path(path, workspace_->directory)); });
    }
    found = locks_.emplace(path, Lock{LockFile(std::move(text), std::move(entries)), stat}).first;
  }
  return found->second.file;
}

LockFile& Index::current_lock_of(const Stage& stage) {
  const std::string path = stage.lock_file();
  const auto found = locks_.find(path);
  if (found != locks_.end() && found->second.stat != fs::stat(path)) locks_.erase(found);
  return lock_of(stage);
}

void Index::lock_written(const Stage& stage) {
  const std::string path = stage.lock_file();
  locks_.at(path).stat = fs::stat(path);
}

const LockEntry* Index::recorded(StageId id) {
  Stage& stage = stages_[id];
  if (stage.is_dvc_file()) return stage.recorded ? &*stage.recorded : nullptr;
  return lock_of(stage).entry(stage.name);
}

void Index::set_recorded(StageId id, LockEntry entry) { stages_[id].recorded = std::move(entry); }

PathTree<StageId> Index::check_outputs() const {
  PathTree<StageId> outs;
  const auto name = [&](StageId id) { return address(stages_[id], workspace_->directory); };
  const auto shown = [&](std::string_view path) { return workspace_->shown(std::string(path)); };
  for (StageId id = 0; id < stages_.size(); ++id) {
    for (const auto& out : stages_[id].outs) {
      if (const auto* holder = outs.find(out.path)) {
        if (*holder == id) fail_same_stage(shown(out.path), name(id));
        fail_duplicate(shown(out.path), {name(*holder), name(id)});
      }
      if (const auto above = outs.nearest_above(out.path)) {
        fail_overlap(shown(above->first), name(above->second), shown(out.path), name(id));
      }
      if (const auto below = outs.first_below(out.path)) {
        fail_overlap(shown(out.path), name(id), shown(below->first), name(below->second));
      }
      outs.insert(out.path, id);
    }
  }
  const std::string* last_file = nullptr;
  for (const auto& stage : stages_) {
    if (last_file != nullptr && *last_file == stage.file) continue;
    last_file = &stage.file;
    const auto above = outs.nearest_above(stage.file);
    if (!above) continue;
    throw Error(Errc::invalid_argument,
                fmt::format("stage: '{}' is within an output '{}' of another stage",
                            address(stage, workspace_->directory), shown(above->first)));
  }
  return outs;
}

}  // namespace expcore::pipeline
