#include "tracked/outs.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/ignore.hpp"
#include "fs/path.hpp"
#include "pipeline/targets.hpp"

namespace expcore::tracked {
namespace {

using pipeline::Workspace;
using revision::LoadedStage;
using Loaded = std::vector<LoadedStage>;

/// The stages of one revision by what targets may call them.
class Finder {
 public:
  Finder(const Workspace& workspace, const revision::Stages& stages, const Scope& scope)
      : workspace_(workspace),
        all_(stages),
        stages_(stages.stages),
        scope_(scope),
        wanted_(stages.stages.size()) {}

  void add_all() {
    for (std::size_t i = 0; i < stages_.size(); ++i)
      add(i);
  }

  /// As DVC: a stage of ./dvc.yaml, a pipeline file, a folder, an output; in this order.
  void add_target(const std::string& text) {
    const std::string path = fs::absolute(workspace_.directory, text);
    if (scope_.recursive && fs::is_directory(path)) {
      add_where([&](const LoadedStage& item) { return fs::is_within(item.stage.file, path); });
      return;
    }
    if (add_stages(text) || add_output(path)) return;
    fail_unknown(text);
  }

  std::vector<Out> result() {
    if (scope_.with_deps) add_upstream();
    std::vector<Out> outs;
    for (const std::size_t i : order_)
      append_outs(stages_[i], outs);
    for (auto& part : parts_) {
      const bool is_whole = std::any_of(outs.begin(), outs.end(), [&](const Out& out) {
        return out.path == part.path && out.part.empty();
      });
      if (!is_whole) outs.push_back(std::move(part));
    }
    return outs;
  }

 private:
  [[noreturn]] void fail_unknown(const std::string& text) const {
    const pipeline::Target target = pipeline::parse_target(text);
    const std::string file = target.file.empty() ? "dvc.yaml" : target.file;
    const std::string path = fs::absolute(workspace_.directory, file);
    const bool has_file =
        std::any_of(all_.files.begin(), all_.files.end(),
                    [&](const pipeline::PipelineFile& known) { return known.path == path; });
    const std::string reason =
        has_file ? fmt::format("Stage '{}' not found inside '{}' file", target.name, file)
                 : fmt::format("'{}' does not exist", target.file.empty() ? file : path);
    if (!target.file.empty()) throw Error(Errc::not_found, reason);
    throw Error(Errc::not_found,
                fmt::format("'{}' does not exist as an output or a stage name in '{}': {}", text,
                            file, reason));
  }

  bool add(std::size_t i) {
    if (wanted_[i]) return false;
    wanted_[i] = true;
    order_.push_back(i);
    return true;
  }

  template <typename Predicate>
  bool add_where(Predicate predicate) {
    bool found = false;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      if (!predicate(stages_[i])) continue;
      add(i);
      found = true;
    }
    return found;
  }

  bool add_stages(const std::string& text) {
    const pipeline::Target target = pipeline::parse_target(text);
    const std::string file =
        fs::absolute(workspace_.directory, target.file.empty() ? "dvc.yaml" : target.file);
    return add_where([&](const LoadedStage& item) {
      if (item.stage.file != file) return false;
      return target.name.empty() || item.stage.name == target.name ||
             item.stage.name.starts_with(target.name + "@");
    });
  }

  bool add_output(const std::string& path) {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      for (const auto& out : stages_[i].stage.outs) {
        if (fs::is_within(path, out.path)) {
          if (scope_.with_deps) {
            add(i);
          } else {
            parts_.push_back(made(stages_[i], out));
            parts_.back().part = path == out.path ? "" : fs::relative(path, out.path);
          }
          return true;
        }
      }
    }
    return add_where([&](const LoadedStage& item) {
      return std::any_of(item.stage.outs.begin(), item.stage.outs.end(),
                         [&](const auto& out) { return fs::is_within(out.path, path); });
    });
  }

  void add_upstream() {
    for (std::size_t at = 0; at < order_.size(); ++at) {
      for (const auto& dep : stages_[order_[at]].stage.deps) {
        add_where([&](const LoadedStage& item) {
          return std::any_of(item.stage.outs.begin(), item.stage.outs.end(), [&](const auto& out) {
            return fs::is_within(out.path, dep.path) || fs::is_within(dep.path, out.path);
          });
        });
      }
    }
  }

  Out made(const LoadedStage& item, const pipeline::Output& output) const {
    Out out;
    out.path = output.path;
    if (const auto* recorded = item.out(output.def_path)) {
      out.id = recorded->id;
      out.size = recorded->size;
      out.is_executable = recorded->is_executable;
    }
    out.is_cached = output.cache;
    out.can_push = output.push;
    out.is_import = item.stage.is_import() &&
                    std::any_of(item.entry ? item.entry->deps.begin() : no_items_.begin(),
                                item.entry ? item.entry->deps.end() : no_items_.end(),
                                [](const auto& dep) { return dep.extra.find("repo") != nullptr; });
    out.kind = output.kind;
    out.remote = output.remote;
    out.stage = pipeline::address(item.stage, workspace_.directory);
    return out;
  }

  void append_outs(const LoadedStage& item, std::vector<Out>& outs) const {
    for (const auto& output : item.stage.outs)
      outs.push_back(made(item, output));
  }

  const Workspace& workspace_;
  const revision::Stages& all_;
  const Loaded& stages_;
  const Scope& scope_;
  std::vector<bool> wanted_;
  std::vector<std::size_t> order_;
  std::vector<Out> parts_;
  std::vector<pipeline::LockItem> no_items_;
};

/// Paths of outputs that a pattern of the user's matches, also where nothing is in the workspace.
std::vector<std::string> expand(const Workspace& workspace, const Loaded& stages,
                                const std::string& pattern) {
  std::set<std::string> found;
  for (const auto& item : stages) {
    for (const auto& out : item.stage.outs) {
      const std::string shown = fs::relative(out.path, workspace.directory);
      if (fs::glob_match(pattern, shown)) found.insert(shown);
    }
    const std::string file = fs::relative(item.stage.file, workspace.directory);
    if (fs::glob_match(pattern, file)) found.insert(file);
  }
  if (found.empty()) {
    throw Error(Errc::not_found, fmt::format("Glob ['{}'] has no matches.", pattern));
  }
  return {found.begin(), found.end()};
}

}  // namespace

std::vector<Out> select(const Workspace& workspace, const revision::Stages& stages,
                        const Scope& scope) {
  Finder finder(workspace, stages, scope);
  if (scope.targets.empty()) finder.add_all();
  for (const auto& target : scope.targets) {
    if (!scope.glob) {
      finder.add_target(target);
      continue;
    }
    for (const auto& path : expand(workspace, stages.stages, target))
      finder.add_target(path);
  }
  return finder.result();
}

std::vector<RevisionOuts> collect(Workspace& workspace, const Scope& scope) {
  std::vector<RevisionOuts> result;
  std::exception_ptr failure;
  const auto add = [&](const std::string& name, const revision::View& view) {
    try {
      result.push_back({name, select(workspace, view.stages(), scope)});
    } catch (Error& error) {
      failure = std::current_exception();
      if (!scope.skip_unreadable) {
        error.add_context(fmt::format("{} '{}'", scope.failure, name));
        throw;
      }
      if (workspace.on_warning) {
        workspace.on_warning(fmt::format("{} '{}', skipping", scope.failure, name));
      }
    }
  };
  if (scope.workspace) add(revision::workspace_name, revision::View::workspace(workspace));
  if (!scope.revisions.empty()) {
    if (!workspace.repo) {
      throw Error(Errc::git, "Git operations are not supported in a project without SCM");
    }
    for (const auto& commit : revision::select(*workspace.repo, scope.revisions)) {
      if (const auto view = revision::View::commit(workspace, commit.commit)) {
        add(commit.commit, *view);
      }
    }
  }
  if (result.empty() && failure) std::rethrow_exception(failure);
  return result;
}

}  // namespace expcore::tracked
