#include "data/checkout.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "cache/store.hpp"
#include "data/session.hpp"
#include "data/unused.hpp"
#include "fs/file.hpp"
#include "fs/ignore.hpp"
#include "fs/path.hpp"
#include "pipeline/index.hpp"

namespace expcore::data {

using cache::ObjectId;
using pipeline::Index;
using pipeline::LockItem;
using pipeline::Output;

namespace {

/// The files of an output by their path below it ("" for a single file), with their hashes.
using Files = std::map<std::string, std::string>;

/// An output to bring, and what has to happen for that.
struct Job {
  const Output* output = nullptr;
  ObjectId wanted;
  std::int64_t size = -1;  ///< As recorded; < 0: not known.
  bool executable = false;
  std::vector<std::string> filters;  ///< Absolute paths; empty: all of it.
  bool is_there = false;
  hash::FileHash kind = hash::FileHash::md5;
  Files present;
  Files target;
  std::vector<std::string> added;
  std::vector<std::string> modified;
  std::vector<std::string> deleted;
  bool mode_differs = false;
  bool is_complete = true;
  std::int64_t bytes = 0;         ///< Of what is added and modified.
  cache::Store::Members members;  ///< Of a folder in which files have to be made.

  bool changes() const {
    return !added.empty() || !modified.empty() || !deleted.empty() || mode_differs;
  }
};

Files files_of(const cache::Manifest& manifest) {
  Files files;
  for (const auto& entry : manifest.entries)
    files.emplace(entry.path, entry.hex);
  return files;
}

class Checkout {
 public:
  Checkout(Session& session, Index& index, const CheckoutOptions& options)
      : session_(session), workspace_(session.workspace()), index_(index), options_(options) {}

  CheckoutResult run(const std::vector<pipeline::Scope>& scopes, bool removes_unused) {
    for (const pipeline::Scope& scope : scopes)
      add_jobs(scope);
    for (auto& job : jobs_)
      compare(job);
    if (!options_.force) refuse_to_lose_files();
    check_free();
    for (const auto& job : jobs_)
      expect(job);
    made_ = workspace_.state.made();
    if (removes_unused) tell_removed(remove_unused(workspace_, index_, made_));
    for (const auto& job : jobs_)
      apply(job);
    sort_paths();
    return std::move(result_);
  }

 private:
  void fail(const Output& out) {
    result_.failed.push_back(fs::relative(out.path, workspace_.directory));
  }

  void check_free() const {
    std::vector<std::string> paths;
    for (const auto& job : jobs_) {
      if (job.changes() || options_.relink) paths.push_back(job.output->path);
    }
    session_.check_free(paths);
  }

  void tell_removed(const std::vector<std::string>& paths) {
    for (const auto& path : paths) {
      const bool is_folder = path.ends_with('/');
      result_.deleted.push_back(fs::relative(path, workspace_.directory) + (is_folder ? "/" : ""));
    }
    result_.files_deleted += static_cast<std::int64_t>(paths.size());
  }

  void add_jobs(const pipeline::Scope& scope) {
    const auto* entry = index_.recorded(scope.stage);
    for (const auto& out : index_.stage(scope.stage).outs) {
      if (!out.cache || !fs::is_within(out.path, workspace_.root) || !scope.covers(out.path))
        continue;
      const LockItem* item = entry == nullptr ? nullptr : entry->out(out.def_path);
      if (item == nullptr || item->id.empty()) {
        if (unknown_.insert(out.path).second) {
          session_.warn(
              fmt::format("No file hash info found for '{}'. It won't be created.", out.path));
          if (!fs::exists(out.path)) fail(out);
        }
        continue;
      }
      Job& job = job_of(out, *item);
      const bool is_part = !scope.filter.empty() && scope.filter != out.path &&
                           fs::is_within(scope.filter, out.path);
      if (!is_part) {
        whole_.insert(out.path);
        job.filters.clear();
      } else if (!whole_.contains(out.path)) {
        job.filters.push_back(scope.filter);
      }
    }
  }

  Job& job_of(const Output& out, const LockItem& item) {
    for (auto& job : jobs_) {
      if (job.output->path == out.path) return job;
    }
    Job& job = jobs_.emplace_back();
    job.output = &out;
    job.wanted = item.id;
    job.size = item.size.value_or(-1);
    job.executable = item.is_executable;
    job.kind = item.id.kind;
    return job;
  }

  static bool is_wanted(const Job& job, const std::string& relative) {
    if (job.filters.empty()) return true;
    const std::string path = fs::join(job.output->path, relative);
    return std::any_of(job.filters.begin(), job.filters.end(),
                       [&](const auto& filter) { return fs::is_within(path, filter); });
  }

  void compare(Job& job) {
    const auto& path = job.output->path;
    const auto scan =
        cache::scan(path, job.kind, workspace_.state, workspace_.ignore, &workspace_.meter);
    job.is_there = scan.has_value();
    if (scan && scan->manifest) {
      job.present = files_of(*scan->manifest);
    } else if (scan) {
      job.present.emplace("", scan->content.id.hex);
      job.mode_differs = job.executable && !scan->content.is_executable;
    }
    std::optional<cache::Manifest> manifest;
    if (job.wanted.is_directory()) {
      manifest = workspace_.store.manifest(job.wanted);
      if (!manifest) {
        // Without the list nobody knows what belongs there.
        job.is_complete = scan && scan->content.id == job.wanted;
        return;
      }
      job.target = files_of(*manifest);
    } else {
      job.target.emplace("", job.wanted.hex);
    }
    for (const auto& [relative, hex] : job.target) {
      if (!is_wanted(job, relative)) continue;
      const auto found = job.present.find(relative);
      if (found != job.present.end() && found->second == hex) continue;
      (found == job.present.end() ? job.added : job.modified).push_back(relative);
    }
    job.is_complete = has_sources(job, manifest);
    for (const auto& [relative, hex] : job.present) {
      if (is_wanted(job, relative) && !job.target.contains(relative))
        job.deleted.push_back(relative);
    }
  }

  static std::int64_t bytes_to_make(const Job& job, const cache::Manifest& manifest,
                                    const std::vector<std::int64_t>& sizes) {
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto is_in = [&](const std::vector<std::string>& sorted) {
        return std::binary_search(sorted.begin(), sorted.end(), manifest.entries[i].path);
      };
      if (is_in(job.added) || is_in(job.modified)) bytes += sizes[i];
    }
    return bytes;
  }

  /// Whether everything that has to be made is in the cache, whole.
  bool has_sources(Job& job, const std::optional<cache::Manifest>& manifest) const {
    if (job.added.empty() && job.modified.empty()) return true;
    if (!manifest) {
      job.bytes = std::max<std::int64_t>(job.size, 0);
      return workspace_.store.contains(job.wanted, job.size);
    }
    auto& [missing, sizes] = job.members;
    missing = workspace_.store.missing_members(*manifest, job.kind, job.size, &sizes);
    if (workspace_.meter.tells()) job.bytes = bytes_to_make(job, *manifest, sizes);
    const auto is_there = [&job](const std::string& relative) {
      return !job.members.missing.contains(job.target.at(relative));
    };
    return std::all_of(job.added.begin(), job.added.end(), is_there) &&
           std::all_of(job.modified.begin(), job.modified.end(), is_there);
  }

  void refuse_to_lose_files() const {
    std::vector<std::string> lost;
    for (const auto& job : jobs_) {
      for (const auto* list : {&job.modified, &job.deleted}) {
        for (const auto& relative : *list) {
          std::string path =
              relative.empty() ? job.output->path : fs::join(job.output->path, relative);
          const auto stat = fs::stat(path);
          if (workspace_.store.contains({job.present.at(relative), job.kind},
                                        stat ? stat->size : -1)) {
            continue;
          }
          lost.push_back(std::move(path));
        }
      }
    }
    if (lost.empty()) return;
    throw Error(
        Errc::invalid_argument,
        "Can't remove the following unsaved files without confirmation. Use `--force` to force.\n" +
            join(lost, "\n"));
  }

  void expect(const Job& job) {
    if (!job.is_complete) return;
    workspace_.meter.expect(Work::checking_out,
                            static_cast<std::int64_t>(job.added.size() + job.modified.size()),
                            job.bytes);
  }

  void apply(const Job& job) {
    const auto& path = job.output->path;
    if (!job.is_complete) {
      fail(*job.output);
      return;
    }
    if (job.changes()) {
      if (job.filters.empty()) {
        workspace_.store.checkout(path, {job.wanted, job.size, job.executable}, workspace_.ignore,
                                  cache::As::configured, &job.members);
      } else {
        apply_part(job);
      }
      tell(job);
    }
    if (options_.relink) relink(job);
    if (job.filters.empty() && (job.changes() || options_.relink || !made_.contains(path))) {
      workspace_.note_made(path, job.wanted);
    }
  }

  void apply_part(const Job& job) {
    for (const auto* list : {&job.added, &job.modified}) {
      for (const auto& relative : *list) {
        workspace_.store.checkout(fs::join(job.output->path, relative),
                                  {.id = {job.target.at(relative), job.kind}}, workspace_.ignore);
      }
    }
    for (const auto& relative : job.deleted)
      fs::remove(fs::join(job.output->path, relative));
  }

  void relink(const Job& job) {
    cache::Scan scan;
    scan.content.id = job.wanted;
    if (job.wanted.is_directory()) {
      scan.manifest = workspace_.store.manifest(job.wanted);
      if (!scan.manifest) return;
      std::erase_if(scan.manifest->entries,
                    [&](const auto& entry) { return !is_wanted(job, entry.path); });
    }
    workspace_.store.relink(job.output->path, scan, job.executable);
  }

  void tell(const Job& job) {
    std::string shown = fs::relative(job.output->path, workspace_.directory);
    if (job.wanted.is_directory()) shown += "/";
    (job.is_there ? result_.modified : result_.added).push_back(std::move(shown));
    result_.files_added += static_cast<std::int64_t>(job.added.size());
    result_.files_modified +=
        static_cast<std::int64_t>(job.modified.size()) + (job.mode_differs ? 1 : 0);
    result_.files_deleted += static_cast<std::int64_t>(job.deleted.size());
  }

  void sort_paths() {
    for (auto* list : {&result_.added, &result_.modified, &result_.deleted}) {
      std::sort(list->begin(), list->end(), [](const std::string& a, const std::string& b) {
        return std::pair(!a.ends_with('/'), std::string_view(a)) <
               std::pair(!b.ends_with('/'), std::string_view(b));
      });
    }
  }

  Session& session_;
  pipeline::Workspace& workspace_;
  Index& index_;
  const CheckoutOptions& options_;
  std::vector<Job> jobs_;
  std::map<std::string, hash::Made> made_;
  std::set<std::string> whole_;
  std::set<std::string> unknown_;
  CheckoutResult result_;
};

}  // namespace

namespace {

/// The outputs whose paths match; what matches none stays, to be refused by name.
std::vector<std::string> expanded(const pipeline::Workspace& workspace, const Index& index,
                                  const std::vector<std::string>& patterns) {
  std::vector<std::string> targets;
  for (const auto& pattern : patterns) {
    const auto before = targets.size();
    for (const auto& stage : index.stages()) {
      for (const auto& out : stage.outs) {
        const std::string path = fs::relative(out.path, workspace.directory);
        if (fs::glob_match(pattern, path)) targets.push_back(path);
      }
    }
    if (targets.size() == before) targets.push_back(pattern);
  }
  return targets;
}

}  // namespace

CheckoutResult checkout(pipeline::Workspace& workspace, const std::vector<std::string>& targets,
                        const CheckoutOptions& options) {
  Session session(workspace, options.on_event);
  Index index = Index::collect(workspace);
  std::vector<pipeline::Scope> scopes;
  if (targets.empty()) {
    scopes = pipeline::collect_scopes(workspace, index, targets, options.collect);
  }
  for (const auto& target : options.glob ? expanded(workspace, index, targets) : targets) {
    try {
      auto more = pipeline::collect_scopes(workspace, index, {target}, options.collect);
      scopes.insert(scopes.end(), more.begin(), more.end());
    } catch (Error& error) {
      if (error.code() == Errc::not_found)
        error.add_context(fmt::format("Did you mean `git checkout {}`?", target));
      throw;
    }
  }
  auto result = Checkout(session, index, options).run(scopes, targets.empty());
  session.finish();
  return result;
}

}  // namespace expcore::data
