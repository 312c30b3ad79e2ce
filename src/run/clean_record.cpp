#include "run/clean_record.hpp"

#include <algorithm>
#include <stdexcept>

#include <expcore/error.hpp>

#include "base/binary.hpp"
#include "cache/store.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "hash/fingerprint.hpp"

namespace expcore::run {

using pipeline::Dependency;
using pipeline::Observations;
using pipeline::Stage;
using pipeline::StageId;
using pipeline::Workspace;

namespace {

constexpr std::string_view format = "expcore clean 1";
constexpr std::size_t worth_recording = 50;  // stages

/// Runs whose answer follows from the disk and the key alone.
bool is_plain(const ReproduceOptions& options) {
  return !options.force && !options.dry && !options.allow_missing && !options.pull &&
         !options.as_experiment && !options.on_loaded && !options.confirm;
}

/// Everything but files that the answer depends on.
std::string key_of(const Workspace& workspace, const ReproduceOptions& options) {
  BinaryWriter key;
  key.text(format);
  key.text(workspace.directory);
  key.text(workspace.root);
  key.text(workspace.config.cache_dir());
  for (const char* name : {"core.no_scm", "parsing.bool", "parsing.list"})
    key.text(workspace.config.get(name).value_or(""));
  for (const char* name : {"HOME", "XDG_CONFIG_HOME"}) {
    const auto found = workspace.environment.find(name);
    key.text(found == workspace.environment.end() ? "" : found->second);
  }
  const auto& selection = options.selection;
  for (const bool flag : {selection.recursive, selection.glob, selection.single_item,
                          selection.pipeline, selection.all_pipelines, selection.downstream})
    key.flag(flag);
  key.flag(options.jobs == 1);
  key.number(selection.targets.size());
  for (const auto& target : selection.targets)
    key.text(target);
  return key.bytes();
}

void observe_data(Observations& seen, const Workspace& workspace, const std::string& path) {
  seen.add(path);
  if (!fs::is_directory(path)) return;
  fs::walk(path, &workspace.ignore, [&](const fs::WalkEntry& entry) { seen.add(entry.path); });
}

void observe_object(Observations& seen, const cache::Store& store, const cache::ObjectId& id) {
  seen.add(store.path_of(id));
  if (!id.is_directory()) return;
  const auto manifest = store.manifest(id);
  if (!manifest) return;
  for (const auto& member : manifest->entries)
    seen.add(store.path_of({member.hex, id.kind}));
}

void observe_stage(Observations& seen, const Workspace& workspace, const Stage& stage,
                   const pipeline::LockEntry* entry) {
  for (const auto& dep : stage.deps) {
    if (dep.kind == Dependency::Kind::local) observe_data(seen, workspace, dep.path);
  }
  for (const auto& params : stage.params)
    seen.add(params.path);
  for (const auto& out : stage.outs) {
    observe_data(seen, workspace, out.path);
    const auto* item = entry == nullptr ? nullptr : entry->out(out.def_path);
    if (out.cache && item != nullptr) observe_object(seen, workspace.store, item->id);
  }
}

StageKind kind_of(const Stage& stage) {
  if (!stage.is_dvc_file()) return StageKind::pipeline;
  return stage.is_import() ? StageKind::import : StageKind::data_source;
}

}  // namespace

CleanRecord::CleanRecord(const Workspace& workspace, const ReproduceOptions& options,
                         std::int64_t since)
    : workspace_(workspace), options_(options), since_(since), is_usable_(is_plain(options)) {
  if (!is_usable_) return;
  key_ = key_of(workspace, options);
  file_ =
      fs::join(workspace.tmp_dir, "expcore/clean/" + hash::fingerprint(workspace.directory).hex());
}

std::optional<std::vector<CleanStage>> CleanRecord::find() const {
  if (!is_usable_) return std::nullopt;
  const auto bytes = fs::read_file_if_exists(file_);
  if (!bytes) return std::nullopt;
  try {
    BinaryReader file(*bytes);
    if (file.view() != key_) return std::nullopt;
    const auto fingerprint = file.view();
    if (fingerprint != hash::fingerprint(file.rest()).hex()) return std::nullopt;
    std::vector<CleanStage> stages(file.count());
    for (auto& stage : stages) {
      stage.address = file.text();
      stage.kind = static_cast<StageKind>(file.number());
      stage.frozen = file.flag();
    }
    if (!Observations::still_hold(file)) return std::nullopt;
    return stages;
  } catch (const std::out_of_range&) {
    return std::nullopt;  // damaged
  }
}

bool CleanRecord::observe(Observations& seen, pipeline::Index& index,
                          const std::vector<StageId>& plan) const {
  const auto ignore_files = workspace_.ignore_files();
  if (!ignore_files) return false;
  for (const auto& file : *ignore_files)
    seen.add(file);
  for (const auto& path : index.looked_at())
    seen.add(path);
  for (const auto& target : options_.selection.targets)
    seen.add(fs::absolute(workspace_.directory, target));
  for (const StageId id : plan) {
    observe_stage(seen, workspace_, index.stage(id), index.recorded(id));
    if (!seen.is_settled()) return false;
  }
  return seen.is_settled();
}

void CleanRecord::save(pipeline::Index& index, const std::vector<StageId>& plan) const {
  if (!is_usable_ || plan.size() < worth_recording) return;
  try {
    Observations seen(since_);
    if (!observe(seen, index, plan)) return;
    BinaryWriter payload;
    payload.number(plan.size());
    for (const StageId id : plan) {
      const Stage& stage = index.stage(id);
      payload.text(address(stage, workspace_.directory));
      payload.number(static_cast<std::uint64_t>(kind_of(stage)));
      payload.flag(stage.frozen);
    }
    seen.write(payload);
    BinaryWriter file;
    file.text(key_);
    file.text(hash::fingerprint(payload.bytes()).hex());
    fs::make_directories(fs::parent(file_));
    fs::write_atomic(file_, file.bytes() + payload.bytes());
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): only a cache, perhaps read-only
  }
}

}  // namespace expcore::run
