#include "data/dvc_file.hpp"

#include <utility>

#include "fs/file.hpp"
#include "run/data_source.hpp"
#include "yaml/value.hpp"
#include "yaml/writer.hpp"

namespace expcore::data {

using pipeline::LockEntry;
using pipeline::Stage;

std::string new_dvc_file(const Stage& stage, const LockEntry& entry) {
  yaml::List outs;
  for (const auto& out : stage.outs) {
    yaml::Map map;
    if (const auto* item = entry.out(out.def_path)) {
      map.append("md5", item->id.hex);
      if (item->size) map.append("size", *item->size);
      if (item->file_count) map.append("nfiles", *item->file_count);
      if (item->is_executable) map.append("isexec", true);
      if (item->id.kind == hash::FileHash::md5) map.append("hash", "md5");
    }
    map.append("path", out.def_path);
    outs.emplace_back(std::move(map));
  }
  yaml::Map document;
  document.append("outs", std::move(outs));
  return yaml::dump_yaml(std::move(document));
}

void write_dvc_file(const Stage& stage, const LockEntry& entry) {
  const auto present = fs::read_file_if_exists(stage.file);
  const std::string text =
      present ? run::updated_dvc_file(*present, entry) : new_dvc_file(stage, entry);
  if (present != text) fs::write_atomic(stage.file, text, fs::Durability::full);
}

}  // namespace expcore::data
