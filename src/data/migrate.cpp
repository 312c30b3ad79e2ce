#include "data/migrate.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/parallel.hpp"
#include "data/commit.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "pipeline/index.hpp"
#include "run/ignore_file.hpp"
#include "run/reproduce.hpp"
#include "run/stage_runner.hpp"
#include "run/tracking.hpp"
#include "run/turn.hpp"

namespace expcore::data {
namespace {

using cache::ObjectId;
using hash::FileHash;
using pipeline::Index;
using pipeline::LockItem;
using pipeline::StageId;
using pipeline::Workspace;

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_object_name(std::string_view name) {
  if (name.ends_with(".dir")) name.remove_suffix(4);
  return is_hex(name, 30);
}

/// Files first, then folders' objects.
std::vector<ObjectId> legacy_objects(const std::string& root) {
  std::vector<ObjectId> objects;
  if (!fs::is_directory(root)) return objects;
  for (const auto& prefix : fs::list_directory(root)) {
    if (prefix.kind != fs::Kind::directory || !is_hex(prefix.name, 2)) continue;
    for (const auto& entry : fs::list_directory(fs::join(root, prefix.name))) {
      if (entry.kind == fs::Kind::file && is_object_name(entry.name)) {
        objects.push_back({prefix.name + entry.name, FileHash::md5_dos2unix});
      }
    }
  }
  std::sort(objects.begin(), objects.end(), [](const ObjectId& a, const ObjectId& b) {
    return std::pair(a.is_directory(), a.hex) < std::pair(b.is_directory(), b.hex);
  });
  return objects;
}

/// The object's plain MD5; nullopt when its content is not what its name says.
std::optional<std::string> new_hex(const std::string& path, const ObjectId& id) {
  const std::string name = id.hex.substr(0, 32);
  std::string hex = hash::hash_file(path, FileHash::md5).hex;
  const bool is_intact = hex == name || (!id.is_directory() &&
                                         hash::hash_file(path, FileHash::md5_dos2unix).hex == name);
  if (!is_intact) return std::nullopt;
  return id.is_directory() ? hex + ".dir" : hex;
}

bool is_legacy(const LockItem* item) {
  return item != nullptr && !item->id.empty() && item->id.kind == FileHash::md5_dos2unix;
}

bool has_legacy_record(const Workspace& workspace, Index& index, StageId id) {
  const auto* entry = index.recorded(id);
  if (entry == nullptr) return false;
  const auto& stage = index.stage(id);
  const auto in_record = [&](const auto& outs) {
    return std::any_of(outs.begin(), outs.end(),
                       [&](const auto& out) { return is_legacy(entry->out(out.def_path)); });
  };
  if (in_record(stage.outs)) return true;
  return !stage.is_import() &&
         std::any_of(stage.deps.begin(), stage.deps.end(), [&](const auto& dep) {
           return fs::is_within(dep.path, workspace.root) && is_legacy(entry->dep(dep.def_path));
         });
}

std::string record_name(const Workspace& workspace, const pipeline::Stage& stage) {
  std::string file = fs::relative(stage.file, workspace.directory);
  if (stage.is_dvc_file()) return file;
  return fmt::format("{} ({})", file, fs::relative(stage.lock_file(), workspace.directory));
}

/// What the stage needs and is not there.
std::optional<std::string> missing_path(const pipeline::Stage& stage) {
  for (const auto& out : stage.outs) {
    if (!fs::exists(out.path)) return out.path;
  }
  if (stage.is_import()) return std::nullopt;
  for (const auto& dep : stage.deps) {
    if (!fs::exists(dep.path)) return dep.path;
  }
  return std::nullopt;
}

}  // namespace

std::size_t migrate_cache(Workspace& workspace, bool dry) {
  const auto objects = legacy_objects(workspace.store.options().root);
  if (dry) return objects.size();
  const auto use = workspace.store.use();
  std::vector<std::optional<std::string>> hashes(objects.size());
  workspace.meter.expect(Work::hashing, static_cast<std::int64_t>(objects.size()), 0);
  parallel_for(objects.size(), objects.size() < 16 ? 1 : 0, [&](std::size_t i) {
    hashes[i] = new_hex(workspace.store.path_of(objects[i]), objects[i]);
    workspace.meter.advance(Work::hashing, 1, 0);
  });
  std::vector<std::pair<std::string, ObjectId>> files;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    std::string path = workspace.store.path_of(objects[i]);
    if (hashes[i]) {
      files.emplace_back(std::move(path), ObjectId{*hashes[i], FileHash::md5});
    } else if (workspace.on_warning) {
      workspace.on_warning(fmt::format("corrupted cache file '{}'.", workspace.shown(path)));
    }
  }
  return workspace.store.adopt(files);
}

std::vector<std::string> migrate_records(Workspace& workspace, bool dry,
                                         const EventCallback& on_event) {
  fs::make_directories(workspace.tmp_dir);
  run::Turn turn({workspace.tmp_dir + "/lock", {}, nullptr});
  turn.take();
  std::set<std::string> names;
  std::vector<std::string> files;
  run::IgnoreFiles ignores(workspace);
  try {
    Index index = Index::collect(workspace);
    run::ReproduceOptions options;
    options.on_event = on_event;
    options.upgrade_hashes = true;
    run::StageRunner runner(workspace, index, options, ignores, turn);
    for (StageId id = 0; id < index.stages().size(); ++id) {
      if (!has_legacy_record(workspace, index, id)) continue;
      const auto& stage = index.stage(id);
      if (const auto missing = missing_path(stage); missing && !dry) {
        if (workspace.on_warning) {
          workspace.on_warning(fmt::format("stage: '{}' keeps its old hashes: '{}' is missing.",
                                           address(stage, workspace.directory),
                                           workspace.shown(*missing)));
        }
        continue;
      }
      names.insert(record_name(workspace, stage));
      if (dry) continue;
      const auto use = workspace.store.use();
      runner.record(id, runner.take(id));
      files.push_back(stage.is_dvc_file() ? stage.file : stage.lock_file());
    }
    if (!dry) runner.finish();
  } catch (...) {
    workspace.state.flush();
    turn.give_back();
    throw;
  }
  workspace.state.flush();
  turn.give_back();
  const auto ignore_files = ignores.changed();
  files.insert(files.end(), ignore_files.begin(), ignore_files.end());
  run::track_files(workspace, std::move(files), on_event);
  return {names.begin(), names.end()};
}

}  // namespace expcore::data
