#include "data/add.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "cache/store.hpp"
#include "data/dvc_file.hpp"
#include "data/glob.hpp"
#include "data/session.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "pipeline/index.hpp"
#include "pipeline/scopes.hpp"
#include "yaml/writer.hpp"

namespace expcore::data {

using pipeline::Index;
using pipeline::LockEntry;
using pipeline::LockItem;
using pipeline::Output;
using pipeline::Stage;
using pipeline::StageId;

namespace {

constexpr const char* symlink_help = "<https://dvc.org/doc/user-guide/troubleshooting#add-symlink>";
constexpr const char* external_help =
    "<https://dvc.org/doc/user-guide/data-management/importing-external-data>";

bool has_link_below(const std::string& folder, const std::string& root) {
  for (std::string path = folder; fs::is_within(path, root) && path != root;
       path = fs::parent(path)) {
    const auto entry = fs::stat(path, fs::Follow::no);
    if (entry && entry->kind == fs::Kind::symlink) return true;
  }
  return false;
}

/// One target and the stage that tracks it.
struct Target {
  std::string path;  ///< Absolute: the output, or something inside it.
  StageId stage = 0;
  bool is_new = false;
};

class Adder {
 public:
  Adder(Session& session, const AddOptions& options)
      : session_(session),
        workspace_(session.workspace()),
        options_(options),
        index_(Index::collect(workspace_)) {}

  std::vector<std::string> add(const std::vector<std::string>& given) {
    std::vector<Target> targets;
    for (const auto& text : given) {
      const std::string typed = options_.out.empty() ? text : destination(text);
      Target target = find_or_make(typed);
      const bool known = std::any_of(targets.begin(), targets.end(), [&](const Target& other) {
        return other.path == target.path && other.stage == target.stage;
      });
      if (!known) targets.push_back(std::move(target));
    }
    check_overlaps(targets);
    for (const auto& target : targets)
      session_.check_free({target.path});
    std::vector<std::string> files;
    if (!options_.out.empty()) {
      bring(given.front(), targets.front());
      return {index_.stage(targets.front().stage).file};
    }
    for (const auto& target : targets) {
      add(target);
      files.push_back(index_.stage(target.stage).file);
    }
    return files;
  }

 private:
  std::string destination(const std::string& source) const {
    const std::string out = fs::absolute(workspace_.directory, options_.out);
    const std::string name = fs::filename(fs::normalize(source));
    std::string place = fs::is_directory(out) ? fs::join(options_.out, name) : options_.out;
    if (fs::exists(fs::absolute(workspace_.directory, place)) && !options_.force) {
      throw Error(Errc::exists,
                  fmt::format("The file '{}' already exists locally. \nTo override it, "
                              "re-run with '--force'.",
                              place));
    }
    return place;
  }

  Target find_or_make(const std::string& typed) {
    const std::string path = fs::absolute(workspace_.directory, typed);
    if (!fs::is_within(path, workspace_.root)) {
      throw Error(Errc::invalid_argument,
                  fmt::format("Cached output(s) outside of DVC project: {}. See "
                              "{} for more info.",
                              typed, external_help));
    }
    const std::string folder = fs::parent(path);
    if (path == workspace_.root) {
      throw Error(
          Errc::invalid_argument,
          fmt::format("Path: {} does not overlap with base path: {}", folder, workspace_.root));
    }
    const auto itself = fs::stat(path, fs::Follow::no);
    const bool is_link_to_folder =
        itself && itself->kind == fs::Kind::symlink && fs::is_directory(path);
    if (is_link_to_folder || has_link_below(folder, workspace_.root)) {
      throw Error(
          Errc::invalid_argument,
          fmt::format("Cannot add files inside symlinked directories to DVC. See {} for more "
                      "information.",
                      symlink_help));
    }
    if (const auto found = pipeline::outputs_holding(index_, path); !found.empty()) {
      const Stage& stage = index_.stage(found.front().stage);
      if (!stage.is_dvc_file()) {
        throw Error(
            Errc::invalid_argument,
            fmt::format("cannot update '{}': overlaps with an output of stage: '{}' in '{}'.\n"
                        "Run the pipeline or use 'dvc commit' to force update it.",
                        fs::filename(path), address(stage, workspace_.directory),
                        fs::relative(stage.file, workspace_.directory)));
      }
      return {path, found.front().stage, false};
    }
    return {path, make_stage(path), true};
  }

  StageId make_stage(const std::string& path) {
    yaml::Map out;
    out.append("path", fs::filename(path));
    yaml::Map document;
    document.append("outs", yaml::List{yaml::Value(std::move(out))});
    const std::string file = path + ".dvc";
    Stage stage = pipeline::parse_dvc_file(yaml::dump_json(std::move(document)), file,
                                           pipeline::workspace_context(workspace_));
    stage.recorded.reset();
    return index_.add(std::move(stage));
  }

  void check_overlaps(const std::vector<Target>& targets) const {
    for (const auto& target : targets) {
      if (!target.is_new) continue;
      for (StageId id = 0; id < index_.stages().size(); ++id) {
        const Stage& other = index_.stage(id);
        for (const auto& out : other.outs) {
          if (id == target.stage || out.path == target.path) continue;
          if (fs::is_within(out.path, target.path)) fail_overlap(target.path, out.path, other);
        }
      }
    }
    index_.check_outputs();
  }

  [[noreturn]] void fail_overlap(const std::string& parent, const std::string& child,
                                 const Stage& stage) const {
    throw Error(
        Errc::invalid_argument,
        fmt::format(
            "Cannot add '{0}', because it is overlapping with other DVC tracked output: "
            "'{1}'.\nTo include '{1}' in '{0}', run 'dvc remove {2}' and then 'dvc add {0}'",
            workspace_.shown(parent), workspace_.shown(child),
            address(stage, workspace_.directory)));
  }

  const Output& output_of(const Target& target) const {
    return index_.stage(target.stage).outs.front();
  }

  const LockItem* recorded(const Target& target) {
    const auto* entry = index_.recorded(target.stage);
    return entry == nullptr ? nullptr : entry->out(output_of(target).def_path);
  }

  /// What is at the output `path`; keeps DVC 2.x's hash while it is what is recorded.
  std::optional<cache::Scan> scan(const std::string& path, const LockItem* former) const {
    if (former != nullptr && former->id.kind == hash::FileHash::md5_dos2unix &&
        !former->id.empty()) {
      auto legacy = cache::scan(path, former->id.kind, workspace_.state, workspace_.ignore,
                                &workspace_.meter);
      if (legacy && legacy->content.id == former->id) return legacy;
    }
    if (!options_.no_commit && options_.relink) {
      return workspace_.store.scan_again(path, workspace_.ignore);
    }
    return scan_members(path);
  }

  std::optional<cache::Scan> scan_members(const std::string& path) const {
    if (!options_.no_commit) return workspace_.store.scan_to_add(path, workspace_.ignore);
    return cache::scan(path, hash::FileHash::md5, workspace_.state, workspace_.ignore,
                       &workspace_.meter);
  }

  void add(const Target& target) {
    const Output& out = output_of(target);
    if (target.path != out.path) return add_part(target);
    const auto found = scan(out.path, recorded(target));
    if (!found) fail_missing(out.path);
    session_.ignore(out.path);
    if (!options_.no_commit) store(out.path, *found);
    record(target, *found, found->content.size);
  }

  [[noreturn]] void fail_missing(const std::string& path) const {
    throw Error(Errc::not_found,
                fmt::format("output '{}' does not exist: [Errno 2] No such file or directory: '{}'",
                            workspace_.shown(path), path));
  }

  void store(const std::string& path, const cache::Scan& found) const {
    workspace_.store.add(path, found);
    if (options_.relink) workspace_.store.relink(path, found, found.content.is_executable);
  }

  /// Brings the record of a folder up to date for one path inside it.
  void add_part(const Target& target) {
    const Output& out = output_of(target);
    const LockItem* former = recorded(target);
    if (former != nullptr && !former->id.is_directory()) {
      throw Error(Errc::invalid_argument,
                  fmt::format("Cannot modify '{}' which is being tracked as a file",
                              workspace_.shown(out.path)));
    }
    cache::Scan whole;
    whole.manifest.emplace();
    if (former != nullptr) {
      auto known = workspace_.store.manifest(former->id);
      if (!known) throw Error(Errc::not_found, fmt::format("could not read '{}'", former->id.hex));
      whole.manifest = std::move(*known);
    }
    const std::string part = fs::relative(target.path, out.path);
    auto& entries = whole.manifest->entries;
    const auto before = entries.size();
    std::erase_if(entries, [&](const auto& entry) { return fs::is_within(entry.path, part); });
    const bool only_added = entries.size() == before;
    const auto found = scan_members(target.path);
    if (!found) {
      if (!fs::exists(out.path)) fail_missing(out.path);
      if (only_added) {
        throw Error(Errc::not_found,
                    fmt::format("[Errno 2] No such file or directory: '{}'", target.path));
      }
    } else if (found->manifest) {
      for (const auto& entry : found->manifest->entries)
        entries.push_back({fs::join(part, entry.path), entry.hex});
    } else {
      entries.push_back({part, found->content.id.hex});
    }
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    whole.content.id = {whole.manifest->hex(), hash::FileHash::md5};
    whole.content.file_count = static_cast<std::int64_t>(entries.size());
    session_.ignore(out.path);
    if (!options_.no_commit) {
      if (found) store(target.path, *found);
      workspace_.store.add_manifest(*whole.manifest, whole.content.id);
    }
    record(target, whole, part_size(former, whole, found, only_added));
  }

  /// DVC's: known only when nothing went away.
  static std::optional<std::int64_t> part_size(const LockItem* former, const cache::Scan& whole,
                                               const std::optional<cache::Scan>& part,
                                               bool only_added) {
    const auto size = former == nullptr ? std::nullopt : former->size;
    if (!part) return std::nullopt;
    if (only_added && size && *size != 0) return *size + part->content.size;
    if (former != nullptr && former->id == whole.content.id) return size;
    return std::nullopt;
  }

  void record(const Target& target, const cache::Scan& found, std::optional<std::int64_t> size) {
    const Stage& stage = index_.stage(target.stage);
    LockItem item;
    item.path = output_of(target).def_path;
    item.id = found.content.id;
    item.size = size;
    item.file_count = found.content.file_count;
    item.is_executable = found.content.is_executable;
    LockEntry entry;
    entry.outs.push_back(std::move(item));
    workspace_.note_made(output_of(target).path, found.content.id);
    write_dvc_file(stage, entry);
    session_.track(stage.file);
    index_.set_recorded(target.stage, std::move(entry));
  }

  /// `--out`: what is at `source`, anywhere on this machine, becomes the output.
  void bring(const std::string& source, const Target& target) {
    if (source.find("://") != std::string::npos) {
      throw Error(Errc::invalid_argument,
                  fmt::format("'{}' cannot be copied: only paths of this machine can", source));
    }
    const std::string from = fs::absolute(workspace_.directory, source);
    const auto found = workspace_.store.scan_to_add(from, workspace_.ignore);
    if (!found) {
      throw Error(Errc::not_found, fmt::format("[Errno 2] No such file or directory: '{}'", from));
    }
    const Output& out = output_of(target);
    session_.ignore(out.path);
    workspace_.store.add(from, *found);
    const auto& content = found->content;
    workspace_.meter.expect(Work::checking_out, content.file_count.value_or(1), content.size);
    workspace_.store.checkout(out.path, {content.id, content.size, content.is_executable},
                              workspace_.ignore);
    record(target, *found, found->content.size);
  }

  Session& session_;
  pipeline::Workspace& workspace_;
  const AddOptions& options_;
  Index index_;
};

}  // namespace

std::vector<std::string> add(pipeline::Workspace& workspace,
                             const std::vector<std::string>& targets, const AddOptions& options) {
  std::vector<std::string> expanded = targets;
  if (options.glob) {
    expanded.clear();
    for (const auto& pattern : targets) {
      auto found = glob_paths(pattern, workspace.directory);
      expanded.insert(expanded.end(), found.begin(), found.end());
    }
    if (expanded.empty()) {
      std::vector<std::string> quoted;
      for (const auto& pattern : targets)
        quoted.push_back(python_repr(pattern));
      throw Error(Errc::not_found, fmt::format("Glob [{}] has no matches.", join(quoted, ", ")));
    }
  }
  Session session(workspace, options.on_event);
  auto files = Adder(session, options).add(expanded);
  session.finish();
  return files;
}

}  // namespace expcore::data
