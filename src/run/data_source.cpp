#include "run/data_source.hpp"

#include <utility>
#include <vector>

#include <expcore/error.hpp>

#include "cache/store.hpp"
#include "fs/file.hpp"
#include "pipeline/index.hpp"
#include "pipeline/scopes.hpp"
#include "yaml/reader.hpp"
#include "yaml/roundtrip.hpp"

namespace expcore::run {

using pipeline::Index;
using pipeline::LockEntry;
using pipeline::LockItem;
using pipeline::Stage;
using pipeline::StageId;

std::string updated_dvc_file(std::string_view text, const LockEntry& entry) {
  const yaml::Value document = yaml::parse_yaml(text);
  yaml::List outs;
  if (const auto* listed = document.find("outs"); listed != nullptr && listed->is_list()) {
    outs = listed->list();
  }
  for (auto& out : outs) {
    const auto* path = out.find("path");
    const LockItem* item = path == nullptr ? nullptr : entry.out(path->string());
    if (item == nullptr) continue;
    yaml::Map& map = out.map();
    map.set("md5", item->id.hex);
    if (item->size) {
      map.set("size", *item->size);
    } else {
      map.erase("size");
    }
    if (item->file_count) {
      map.set("nfiles", *item->file_count);
    } else {
      map.erase("nfiles");
    }
    if (item->is_executable) {
      map.set("isexec", true);
    } else {
      map.erase("isexec");
    }
    if (item->id.kind == hash::FileHash::md5) map.set("hash", "md5");
  }
  yaml::RoundTrip edited{std::string(text)};
  edited.set({"outs"}, std::move(outs));
  return edited.text();
}

namespace {

std::vector<StageId> wanted_stages(pipeline::Workspace& workspace, Index& index,
                                   const pipeline::Selection& selection) {
  std::vector<StageId> ids;
  for (const auto& scope :
       pipeline::collect_scopes(workspace, index, selection.targets, {true, selection.recursive}))
    ids.push_back(scope.stage);
  return ids;
}

/// Stores an output that differs from what is recorded or is not in the cache; nullopt when the
/// record stays.
std::optional<LockItem> store_data(pipeline::Workspace& workspace, const pipeline::Output& out,
                                   const LockItem* former) {
  if (!fs::exists(out.path)) return std::nullopt;
  const bool is_legacy = former != nullptr && former->id.kind == hash::FileHash::md5_dos2unix;
  if (is_legacy) {
    const auto scan = cache::scan(out.path, former->id.kind, workspace.state, workspace.ignore);
    if (scan && scan->content.id == former->id) return std::nullopt;
  }
  const auto scan =
      out.cache ? workspace.store.scan_to_add(out.path, workspace.ignore)
                : cache::scan(out.path, hash::FileHash::md5, workspace.state, workspace.ignore);
  if (!scan) return std::nullopt;
  const auto& content = scan->content;
  if (out.cache && !workspace.store.contains_all(content.id, content.size)) {
    workspace.store.add(out.path, *scan);
  }
  if (former != nullptr && former->id == content.id) return std::nullopt;
  LockItem item;
  item.path = out.def_path;
  item.id = content.id;
  item.size = content.size;
  item.file_count = content.file_count;
  item.is_executable = content.is_executable;
  return item;
}

}  // namespace

std::map<std::string, std::string> record_data_sources(pipeline::Workspace& workspace,
                                                       const pipeline::Selection& selection) {
  std::map<std::string, std::string> texts;
  Index index = Index::collect(workspace);
  for (const StageId id : wanted_stages(workspace, index, selection)) {
    const Stage& stage = index.stage(id);
    if (!stage.is_data_source()) continue;
    LockEntry changed;
    const LockEntry* entry = index.recorded(id);
    for (const auto& out : stage.outs) {
      auto item = store_data(workspace, out, entry == nullptr ? nullptr : entry->out(out.def_path));
      if (item) changed.outs.push_back(std::move(*item));
    }
    if (changed.outs.empty()) continue;
    texts[stage.file] = updated_dvc_file(fs::read_file(stage.file), changed);
  }
  workspace.state.flush();
  return texts;
}

}  // namespace expcore::run
