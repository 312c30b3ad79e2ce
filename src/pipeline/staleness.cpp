#include "pipeline/staleness.hpp"

#include <algorithm>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "cache/store.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "params/file.hpp"

namespace expcore::pipeline {
namespace {

Change key_change(const yaml::Value* current, const yaml::Value* recorded) {
  if (current == nullptr) return Change::deleted;
  if (recorded == nullptr) return Change::created;
  return python_equal(*current, *recorded) ? Change::none : Change::modified;
}

Change compare(const std::optional<cache::ObjectId>& current, const cache::ObjectId& recorded) {
  if (!current) return Change::deleted;
  return *current == recorded ? Change::none : Change::modified;
}

const yaml::Value* find_recorded(const yaml::Map& recorded, const std::string& key) {
  return recorded.find(key);
}

const LockItem* recorded_dep(const LockEntry* entry, const PathRef& dep) {
  return entry == nullptr ? nullptr : entry->dep(dep.def_path);
}

/// Keys a whole-file dependency compares: those of the file, then those only recorded.
std::vector<std::string> whole_file_keys(const yaml::Value& current, const yaml::Map& recorded) {
  std::vector<std::string> keys;
  std::set<std::string> seen;
  const auto add = [&](const yaml::Map& map) {
    for (const auto& member : map) {
      std::string key = python_str(member.key);
      if (seen.insert(key).second) keys.push_back(std::move(key));
    }
  };
  if (current.is_map()) add(current.map());
  add(recorded);
  return keys;
}

}  // namespace

std::string_view change_name(Change change) {
  switch (change) {
    case Change::none:
      return "";
    case Change::created:
      return "new";
    case Change::modified:
      return "modified";
    case Change::deleted:
      return "deleted";
    case Change::not_in_cache:
      return "not in cache";
  }
  return "";
}

std::vector<std::string> Staleness::reasons() const {
  std::vector<std::string> all;
  if (command) all.emplace_back("changed command");
  if (always) all.emplace_back("always changed");
  for (const auto& dep : deps)
    all.push_back(fmt::format("dependency '{}' {}", dep.path, change_name(dep.change)));
  for (const auto& file : params) {
    if (file.keys.empty()) {
      all.push_back(fmt::format("params '{}' {}", file.file, change_name(file.whole)));
    }
    for (const auto& [key, change] : file.keys) {
      all.push_back(fmt::format("param '{}' in '{}' {}", key, file.file, change_name(change)));
    }
  }
  for (const auto& out : outs)
    all.push_back(fmt::format("output '{}' {}", out.path, change_name(out.change)));
  return all;
}

std::string Staleness::first_reason() const {
  auto all = reasons();
  return all.empty() ? std::string() : std::move(all.front());
}

Staleness Checker::check(StageId id, Depth depth) {
  const Stage& stage = index_.stage(id);
  const LockEntry* entry = index_.recorded(id);
  Staleness found;
  const auto enough = [&] { return depth == Depth::first && found.any(); };

  found.command =
      !stage.is_dvc_file() && entry != nullptr && !python_equal(entry->command, stage.command);
  // DVC's status shows it of frozen stages, too; its repro does not run them for it.
  if (!enough() && (!stage.frozen || depth == Depth::all)) {
    found.always = stage.always_changed || stage.is_callback();
  }
  if (!stage.frozen && !enough()) {
    for (const auto& dep : stage.deps) {
      if (enough()) break;
      const Change change =
          unless_missing(dep_change(dep, entry), id, dep, recorded_dep(entry, dep));
      if (change != Change::none) found.deps.push_back({workspace_.shown(dep.path), change});
    }
    for (const auto& params : stage.params) {
      if (enough()) break;
      ParamsChange change = params_change(params, entry, depth);
      change.whole = unless_missing(change.whole, id, params, nullptr);
      if (change.whole != Change::none || !change.keys.empty()) {
        found.params.push_back(std::move(change));
      }
    }
  }
  for (const auto& out : stage.outs) {
    if (enough()) break;
    Change change = out_change(out, entry);
    if (allow_missing_ && (change == Change::deleted || change == Change::not_in_cache)) {
      change = Change::none;
    }
    const std::string shown = workspace_.shown(out.path);
    const bool known = !found.outs.empty() && found.outs.back().path == shown;
    if (change != Change::none && !known) found.outs.push_back({shown, change});
  }
  return found;
}

const std::optional<cache::ObjectId>& Checker::content(const std::string& path,
                                                       hash::FileHash kind) {
  std::string key = path + '\0' + std::to_string(static_cast<int>(kind));
  const auto found = contents_.find(key);
  if (found != contents_.end()) return found->second;
  std::optional<cache::ObjectId> id;
  if (auto content =
          cache::content_at(path, kind, workspace_.state, workspace_.ignore, &workspace_.meter)) {
    id = std::move(content->id);
  }
  return contents_.emplace(std::move(key), std::move(id)).first->second;
}

bool Checker::is_in_cache(const LockItem& item) {
  const auto [found, is_new] =
      present_.try_emplace(item.id.hex + std::to_string(static_cast<int>(item.id.kind)));
  if (is_new) {
    found->second = workspace_.store.contains_all_as_known(item.id, item.size.value_or(-1));
  }
  return found->second;
}

Change Checker::unless_missing(Change change, StageId id, const PathRef& path,
                               const LockItem* recorded) {
  if (!allow_missing_ || change != Change::deleted) return change;
  if (graph_ == nullptr || recorded == nullptr) return Change::none;
  for (const StageId upstream : graph_->upstream(id)) {
    const LockEntry* made = index_.recorded(upstream);
    for (const auto& out : index_.stage(upstream).outs) {
      if (out.path != path.path) continue;
      const LockItem* item = made == nullptr ? nullptr : made->out(out.def_path);
      if (item == nullptr || item->id != recorded->id) return Change::modified;
    }
  }
  return Change::none;
}

Change Checker::dep_change(const Dependency& dep, const LockEntry* entry) {
  const LockItem* item = entry == nullptr ? nullptr : entry->dep(dep.def_path);
  if (dep.kind == Dependency::Kind::import) return Change::none;  // looked at on update only
  if (dep.kind != Dependency::Kind::local) return item == nullptr ? Change::created : Change::none;
  if (item == nullptr || item->id.empty()) {
    return fs::exists(dep.path) ? Change::modified : Change::deleted;
  }
  return compare(content(dep.path, item->id.kind), item->id);
}

ParamsChange Checker::params_change(const ParamsDependency& params, const LockEntry* entry,
                                    Depth depth) {
  ParamsChange change;
  change.file = workspace_.shown(params.path);
  const yaml::Value* current = params_file(params);
  if (current == nullptr) {
    change.whole = Change::deleted;
    return change;
  }
  const yaml::Map* recorded = entry == nullptr ? nullptr : entry->params_of(params.def_path);
  if (recorded == nullptr) {
    change.whole = Change::created;
    return change;
  }
  const auto keys = params.whole_file ? whole_file_keys(*current, *recorded) : params.keys;
  for (const auto& key : keys) {
    const yaml::Value* value = params.whole_file ? current->find(key) : params::find(*current, key);
    const Change key_state = key_change(value, find_recorded(*recorded, key));
    if (key_state == Change::none) continue;
    change.keys.emplace_back(key, key_state);
    if (depth == Depth::first) break;
  }
  return change;
}

Change Checker::out_change(const Output& out, const LockEntry* entry) {
  const LockItem* item = entry == nullptr ? nullptr : entry->out(out.def_path);
  const bool has_hash = item != nullptr && !item->id.empty();
  if (out.cache && has_hash && !is_in_cache(*item)) {
    return Change::not_in_cache;
  }
  if (!has_hash) return fs::exists(out.path) ? Change::modified : Change::deleted;
  return compare(content(out.path, item->id.kind), item->id);
}

const yaml::Value* Checker::params_file(const ParamsDependency& params) {
  auto found = params_.find(params.path);
  if (found == params_.end()) {
    std::optional<yaml::Value> value;
    if (fs::is_directory(params.path)) {
      throw Error(Errc::invalid_argument,
                  fmt::format("'{}' is a directory, expected a parameters file",
                              workspace_.shown(params.path)));
    }
    if (fs::exists(params.path)) {
      try {
        value = params::load(params.path, workspace_.shown(params.path));
      } catch (Error& error) {
        error.add_context(
            fmt::format("Unable to read parameters from '{}'", workspace_.shown(params.path)));
        throw;
      }
    }
    found = params_.emplace(params.path, std::move(value)).first;
  }
  return found->second ? &*found->second : nullptr;
}

}  // namespace expcore::pipeline
