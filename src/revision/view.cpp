#include "revision/view.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "pipeline/schema.hpp"

namespace expcore::revision {

using pipeline::Workspace;

namespace {

Problem missing_file(const std::string& relative) {
  return {fmt::format("[Errno 2] No such file or directory: '{}'", relative), "FileNotFoundError"};
}

bool is_pipeline_file(std::string_view name) {
  return name == "dvc.yaml" || name.ends_with(".dvc") || name == ".dvcignore";
}

/// The files of one side: the work tree or a commit.
class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;
  /// nullopt when missing. Throws: Error{io} for a folder and what cannot be read.
  virtual std::optional<std::string> read(const std::string& path) const = 0;
  virtual bool is_file(const std::string& path) const = 0;
  virtual bool is_directory(const std::string& path) const = 0;
  virtual void find(const std::string& path, std::set<std::string>& found) const = 0;
  virtual Stages load() const = 0;
};

class WorkFiles final : public Files {
 public:
  explicit WorkFiles(Workspace& workspace) : workspace_(workspace) {}

  std::optional<std::string> read(const std::string& path) const override {
    return fs::read_file_if_exists(path);
  }
  bool is_file(const std::string& path) const override { return fs::is_file(path); }
  bool is_directory(const std::string& path) const override { return fs::is_directory(path); }

  void find(const std::string& path, std::set<std::string>& found) const override {
    fs::walk(path, &workspace_.ignore, [&](const fs::WalkEntry& entry) {
      if (entry.kind != fs::Kind::directory) found.insert(entry.path);
    });
  }

  Stages load() const override {
    Stages result;
    pipeline::Index index = pipeline::Index::collect(workspace_);
    for (pipeline::StageId id = 0; id < index.stages().size(); ++id) {
      LoadedStage loaded{index.stage(id), std::nullopt};
      if (const auto* entry = index.recorded(id)) loaded.entry = *entry;
      result.stages.push_back(std::move(loaded));
    }
    result.files = index.files();
    return result;
  }

 private:
  Workspace& workspace_;
};

class CommitFiles final : public Files {
 public:
  CommitFiles(Workspace& workspace, git::Id commit, const git::Id& tree)
      : workspace_(workspace), commit_(std::move(commit)) {
    const std::string& workdir = workspace.repo.workdir();
    for (auto& entry : workspace.repo->list_tree(tree)) {
      std::string path = fs::join(workdir, entry.path);
      if (!fs::is_within(path, workspace.root)) continue;
      order_.push_back(path);
      blobs_.emplace(std::move(path), std::move(entry.id));
    }
  }

  bool empty() const { return order_.empty(); }

  std::optional<std::string> read(const std::string& path) const override {
    const auto found = blobs_.find(path);
    if (found == blobs_.end()) return std::nullopt;
    // Templates and parameters of stages are often of one file.
    auto& text = texts_[path];
    if (!text) text = workspace_.repo->read_blob(found->second);
    return text;
  }

  bool is_file(const std::string& path) const override { return blobs_.contains(path); }

  bool is_directory(const std::string& path) const override {
    if (path == workspace_.root) return true;
    const auto next = blobs_.lower_bound(path + "/");
    return next != blobs_.end() && next->first.starts_with(path + "/");
  }

  void find(const std::string& path, std::set<std::string>& found) const override {
    const std::string folder = path + "/";
    for (auto at = blobs_.lower_bound(folder); at != blobs_.end(); ++at) {
      if (!at->first.starts_with(folder)) break;
      found.insert(at->first);
    }
  }

  Stages load() const override {
    Stages result;
    const pipeline::LoadContext context = load_context();
    for (const auto& path : order_) {
      const std::string name = fs::filename(path);
      if (name == "dvc.yaml") {
        add_pipeline(path, context, result);
      } else if (name.ends_with(".dvc") && name != ".dvc") {
        auto stage = pipeline::parse_dvc_file(*read(path), path, context);
        auto entry = stage.recorded;
        result.stages.push_back({std::move(stage), std::move(entry)});
      }
    }
    return result;
  }

 private:
  pipeline::LoadContext load_context() const {
    pipeline::LoadContext context;
    context.root = workspace_.root;
    context.directory = workspace_.root;
    context.revision = commit_;
    context.read = [this](const std::string& path) { return read(path); };
    context.is_directory = [](const std::string&) { return false; };
    context.templating = pipeline::workspace_context(workspace_).templating;
    return context;
  }

  void add_pipeline(const std::string& path, const pipeline::LoadContext& context,
                    Stages& result) const {
    auto file = pipeline::parse_pipeline(*read(path), path, context);
    const std::string lock = fs::join(fs::parent(path), "dvc.lock");
    pipeline::LockEntries entries;
    if (const auto text = read(lock)) {
      entries = pipeline::parse_lock(*text, pipeline::shown_path(lock, workspace_.root), commit_);
    }
    for (auto& stage : file.stages) {
      LoadedStage loaded{std::move(stage), std::nullopt};
      const auto entry = entries.find(loaded.stage.name);
      if (entry != entries.end()) loaded.entry = std::move(entry->second);
      result.stages.push_back(std::move(loaded));
    }
    file.stages.clear();
    result.files.push_back(std::move(file));
  }

  Workspace& workspace_;
  git::Id commit_;
  std::vector<std::string> order_;
  std::map<std::string, git::Id> blobs_;
  mutable std::map<std::string, std::optional<std::string>> texts_;  ///< Of files read before.
};

}  // namespace

struct View::Impl {
  Workspace& workspace;
  std::unique_ptr<Files> files;
  mutable std::optional<Stages> loaded;
  /// The outputs that are kept in the cache; of an empty id nothing is recorded.
  mutable std::optional<std::unordered_map<std::string, cache::ObjectId>> outs;
  mutable std::map<std::string, std::optional<cache::Manifest>> manifests;

  const Stages& stages() const {
    if (!loaded) loaded = files->load();
    return *loaded;
  }

  /// The run-cache may have objects of others, too, but those are no part of the revision.
  const std::unordered_map<std::string, cache::ObjectId>& all_outs() const {
    if (outs) return *outs;
    std::unordered_map<std::string, cache::ObjectId> found;
    for (const auto& stage : stages().stages) {
      for (const auto& out : stage.stage.outs) {
        if (!out.cache) continue;
        const auto* item = stage.out(out.def_path);
        found.emplace(out.path, item == nullptr ? cache::ObjectId() : item->id);
      }
    }
    outs = std::move(found);
    return *outs;
  }

  /// The output that is `path` or holds it, with its own path.
  std::optional<std::pair<std::string, cache::ObjectId>> out_of(const std::string& path) const {
    const auto& known = all_outs();
    std::string at = path;
    while (at.size() >= workspace.root.size() && !at.empty()) {
      const auto found = known.find(at);
      if (found != known.end()) return std::pair(at, found->second);
      if (at == "/") break;
      at = fs::parent(at);
    }
    return std::nullopt;
  }

  const std::optional<cache::Manifest>& manifest(const cache::ObjectId& id) const {
    const auto found = manifests.find(id.hex);
    if (found != manifests.end()) return found->second;
    return manifests.emplace(id.hex, workspace.store.manifest(id)).first->second;
  }

  /// The object that holds a file of a folder output.
  std::optional<cache::ObjectId> member(const cache::ObjectId& folder,
                                        const std::string& relative) const {
    const auto& listed = manifest(folder);
    if (!listed) return std::nullopt;
    const auto at = std::lower_bound(listed->entries.begin(), listed->entries.end(), relative,
                                     [](const cache::ManifestEntry& entry,
                                        const std::string& name) { return entry.path < name; });
    if (at == listed->entries.end() || at->path != relative) return std::nullopt;
    return cache::ObjectId{at->hex, folder.kind};
  }

  std::variant<std::string, Problem> read_cached(const std::string& path) const {
    const std::string relative = fs::relative(path, workspace.root);
    const auto out = out_of(path);
    if (!out) return missing_file(relative);
    auto [out_path, id] = *out;
    if (path != out_path) {
      if (!id.is_directory()) return missing_file(relative);
      const auto found = member(id, fs::relative(path, out_path));
      if (!found) return missing_file(relative);
      id = *found;
    }
    if (!id.empty() && !id.is_directory()) {
      if (auto bytes = fs::read_file_if_exists(workspace.store.path_of(id)))
        return std::move(*bytes);
    }
    return Problem{fmt::format("[Errno 2] No storage files available: '{}'", relative),
                   "FileNotFoundError"};
  }

  bool is_cached_directory(const std::string& path) const {
    const auto out = out_of(path);
    if (!out) return false;
    const auto& [out_path, id] = *out;
    if (!id.is_directory()) return false;
    if (path == out_path) return true;
    const auto& listed = manifest(id);
    const std::string prefix = fs::relative(path, out_path) + "/";
    return listed && std::any_of(listed->entries.begin(), listed->entries.end(),
                                 [&](const auto& entry) { return entry.path.starts_with(prefix); });
  }

  void find_cached(const std::string& path, std::set<std::string>& found) const {
    const auto add_folder = [&](const std::string& out_path, const cache::ObjectId& id) {
      if (!id.is_directory()) return;
      const auto& listed = manifest(id);
      if (!listed) return;
      for (const auto& entry : listed->entries) {
        std::string member_path = fs::join(out_path, entry.path);
        if (fs::is_within(member_path, path)) found.insert(std::move(member_path));
      }
    };
    if (const auto out = out_of(path)) {
      add_folder(out->first, out->second);
      return;
    }
    for (const auto& [out_path, id] : all_outs()) {
      if (!fs::is_within(out_path, path)) continue;
      if (id.is_directory()) {
        add_folder(out_path, id);
      } else if (!files->is_directory(out_path)) {
        found.insert(out_path);
      }
    }
  }
};

View::View(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
View::View(View&&) noexcept = default;
View& View::operator=(View&&) noexcept = default;
View::~View() = default;

View View::workspace(Workspace& workspace) {
  return View(std::unique_ptr<Impl>(
      new Impl{workspace, std::make_unique<WorkFiles>(workspace), {}, {}, {}}));
}

std::optional<View> View::commit(Workspace& workspace, const git::Id& commit) {
  const auto info = workspace.repo->commit_info(commit);
  auto files = std::make_unique<CommitFiles>(workspace, commit, info.tree);
  if (files->empty() && workspace.root != workspace.repo.workdir()) return std::nullopt;
  return View(std::unique_ptr<Impl>(new Impl{workspace, std::move(files), {}, {}, {}}));
}

const std::string& View::root() const { return impl_->workspace.root; }

const Stages& View::stages() const { return impl_->stages(); }

std::variant<std::string, Problem> View::read(const std::string& path) const {
  try {
    if (auto bytes = impl_->files->read(path)) return std::move(*bytes);
  } catch (const Error& error) {
    const std::string message = error.full_message();
    if (message.find("[Errno 21]") == std::string::npos) {
      const bool is_denied = message.find("[Errno 13]") != std::string::npos;
      return Problem{message, is_denied ? "PermissionError" : "OSError"};
    }
    return Problem{message, "IsADirectoryError"};
  }
  try {
    return impl_->read_cached(path);
  } catch (const Error& error) {
    return problem_of(error);
  }
}

bool View::is_directory(const std::string& path) const {
  try {
    if (impl_->files->is_directory(path)) return true;
    return !impl_->files->is_file(path) && impl_->is_cached_directory(path);
  } catch (const Error&) {
    return false;
  }
}

bool View::exists(const std::string& path) const {
  if (impl_->files->is_file(path) || impl_->files->is_directory(path)) return true;
  try {
    const auto out = impl_->out_of(path);
    if (!out) return false;
    if (path == out->first) return !out->second.empty();
    return impl_->is_cached_directory(path) ||
           impl_->member(out->second, fs::relative(path, out->first));
  } catch (const Error&) {
    return false;
  }
}

std::vector<std::string> View::find(const std::string& path) const {
  std::set<std::string> found;
  if (impl_->files->is_directory(path)) impl_->files->find(path, found);
  impl_->find_cached(path, found);
  std::vector<std::string> result;
  for (const auto& file : found) {
    if (!is_pipeline_file(fs::filename(file))) result.push_back(file);
  }
  return result;
}

}  // namespace expcore::revision
