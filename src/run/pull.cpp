#include "run/pull.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "cache/store.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "remote/sync.hpp"

namespace expcore::run {

using pipeline::Index;
using pipeline::LockEntry;
using pipeline::LockItem;
using pipeline::Output;
using pipeline::Stage;
using pipeline::StageId;

namespace {

const LockItem* recorded_item(const LockEntry* entry, const Output& out) {
  const LockItem* item = entry == nullptr ? nullptr : entry->out(out.def_path);
  return item == nullptr || item->id.empty() ? nullptr : item;
}

}  // namespace

void Puller::run_cache() {
  try {
    remote::fetch_run_cache(workspace_);
  } catch (const Error& error) {
    if (error.code() != Errc::config) throw;
    warn_("Failed to pull run cache: " + error.full_message());
  }
}

bool Puller::fetch(const std::string& remote, const std::vector<cache::ObjectId>& ids) {
  // Said once: a run asks for the same outputs again.
  const bool known =
      std::any_of(ids.begin(), ids.end(), [&](const auto& id) { return absent_.contains(id.hex); });
  if (known) return false;
  try {
    if (remote::fetch_objects(workspace_, ids, remote)) return true;
  } catch (const Error& error) {
    if (error.code() != Errc::config) throw;
    warn_(error.full_message());
  }
  for (const auto& id : ids)
    absent_.insert(id.hex);
  return false;
}

bool Puller::fetch_outs(const Stage& stage, const LockEntry& entry) {
  std::map<std::string, std::vector<cache::ObjectId>> missing;  // by remote
  bool has_all = true;
  for (const auto& out : stage.outs) {
    const LockItem* item = recorded_item(&entry, out);
    if (item == nullptr) {
      has_all = false;
    } else if (!workspace_.store.contains_all(item->id, item->size.value_or(-1))) {
      missing[out.remote].push_back(item->id);
    }
  }
  for (const auto& [remote, ids] : missing)
    has_all = fetch(remote, ids) && has_all;
  return has_all;
}

bool Puller::bring_outs(const Stage& stage, const LockEntry& entry) {
  const bool own_outs = std::all_of(stage.outs.begin(), stage.outs.end(), [](const Output& out) {
    return out.cache || fs::exists(out.path);
  });
  if (!own_outs) return false;
  Stage cached = stage;
  std::erase_if(cached.outs, [](const Output& out) { return !out.cache; });
  if (!fetch_outs(cached, entry)) return false;
  for (const auto& out : cached.outs)
    workspace_.store.checkout(out.path, recorded_item(&entry, out)->wanted(), workspace_.ignore);
  return true;
}

void Puller::bring_path(const std::string& path) {
  // Whoever makes it need not be part of the run.
  Index index = Index::collect(workspace_);
  for (StageId id = 0; id < index.stages().size(); ++id) {
    const Stage& stage = index.stage(id);
    for (const auto& out : stage.outs) {
      if (!out.cache || fs::exists(out.path)) continue;
      const LockItem* item = recorded_item(index.recorded(id), out);
      if (item == nullptr) continue;
      if (fs::is_within(out.path, path)) {
        if (fetch(out.remote, {item->id})) {
          workspace_.store.checkout(out.path, item->wanted(), workspace_.ignore);
        }
      }
    }
    for (const auto& out : stage.outs) {
      if (!out.cache || fs::exists(path) || !fs::is_within(path, out.path)) continue;
      const LockItem* item = recorded_item(index.recorded(id), out);
      if (item == nullptr || !item->id.is_directory()) continue;
      bring_part(*item, out.path, path);
    }
  }
}

void Puller::bring_part(const LockItem& item, const std::string& folder, const std::string& path) {
  remote::SyncRequest request;
  request.scope.targets = {fs::relative(path, workspace_.directory)};
  try {
    remote::fetch(workspace_, request);
  } catch (const Error& error) {
    if (error.code() != Errc::config) throw;
    warn_(error.full_message());
  }
  const auto manifest = workspace_.store.manifest(item.id);
  if (!manifest) return;
  for (const auto& entry : manifest->entries) {
    const std::string file = fs::join(folder, entry.path);
    if (!fs::is_within(file, path)) continue;
    workspace_.store.checkout(file, {.id = {entry.hex, item.id.kind}}, workspace_.ignore);
  }
}

}  // namespace expcore::run
