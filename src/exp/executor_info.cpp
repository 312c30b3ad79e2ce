#include "exp/executor_info.hpp"

#include <expcore/error.hpp>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::exp {
namespace {

yaml::Value text_or_null(const std::string& text) {
  return text.empty() ? yaml::Value(yaml::Null{}) : yaml::Value(text);
}

std::string text_of(const yaml::Value& map, const char* key) {
  const auto* value = map.find(key);
  return value != nullptr && value->is_string() ? value->string() : "";
}

}  // namespace

std::string ExecutorInfo::to_json() const {
  yaml::Map info;
  info.append("git_url", "file://" + root_dir);
  info.append("baseline_rev", baseline);
  info.append("location", location);
  info.append("root_dir", root_dir);
  info.append("dvc_dir", dvc_dir);
  info.append("name", name);
  info.append("wdir", wdir);
  info.append("result_hash", text_or_null(result_hash));
  info.append("result_ref", text_or_null(result_ref));
  info.append("result_force", result_force);
  info.append("status", std::int64_t{static_cast<std::int8_t>(status)});
  return yaml::dump_json(std::move(info));
}

std::optional<ExecutorInfo> ExecutorInfo::from_json(const std::string& text) {
  yaml::Value value;
  try {
    value = yaml::parse_json(text);
  } catch (const Error&) {
    return std::nullopt;
  }
  if (!value.is_map()) return std::nullopt;
  ExecutorInfo info;
  info.baseline = text_of(value, "baseline_rev");
  info.location = text_of(value, "location");
  info.root_dir = text_of(value, "root_dir");
  info.dvc_dir = text_of(value, "dvc_dir");
  info.name = text_of(value, "name");
  info.wdir = text_of(value, "wdir");
  info.result_hash = text_of(value, "result_hash");
  info.result_ref = text_of(value, "result_ref");
  const auto* force = value.find("result_force");
  info.result_force = force != nullptr && force->is_boolean() && force->boolean();
  const auto* status = value.find("status");
  if (status != nullptr && status->is_integer() && status->integer() >= 0 &&
      status->integer() <= 6) {
    info.status = static_cast<ExecutorStatus>(status->integer());
  }
  // Written by DVC before it had a status.
  const auto* collected = value.find("collected");
  if (collected != nullptr && collected->is_boolean() && collected->boolean()) {
    info.status = ExecutorStatus::finished;
  }
  if (info.baseline.empty() || info.root_dir.empty()) return std::nullopt;
  return info;
}

void ExecutorInfo::write(const std::string& path) const {
  const std::string folder = fs::parent(path);
  if (!fs::is_directory(folder)) {
    // DVC cannot bear a run's folder without its file, so both appear at once.
    const std::string runs = fs::parent(folder);
    fs::make_directories(runs);
    const std::string fresh = fs::make_temp_directory(fs::parent(runs), "run-");
    fs::write_atomic(fs::join(fresh, fs::filename(path)), to_json());
    fs::chmod(fresh, 0777U & ~fs::umask());
    fs::rename(fresh, folder);
    return;
  }
  fs::write_atomic(path, to_json());
}

std::optional<ExecutorInfo> ExecutorInfo::read(const std::string& path) {
  const auto text = fs::read_file_if_exists(path);
  if (!text) return std::nullopt;
  return from_json(*text);
}

}  // namespace expcore::exp
