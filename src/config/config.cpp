#include "config/config.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::config {
namespace {

/// What may stand in a section. Source: DVC dvc/config_schema.py.
enum class Type : unsigned char { text, flag, number, link_types, share };

struct Key {
  const char* section;
  const char* name;
  Type type;
};

constexpr Key known_keys[] = {
    {"core", "remote", Type::text},
    {"core", "checksum_jobs", Type::number},
    {"core", "interactive", Type::flag},
    {"core", "analytics", Type::flag},
    {"core", "hardlink_lock", Type::flag},
    {"core", "no_scm", Type::flag},
    {"core", "autostage", Type::flag},
    {"core", "experiments", Type::flag},
    {"core", "check_update", Type::flag},
    {"core", "site_cache_dir", Type::text},
    {"core", "machine", Type::text},
    {"cache", "dir", Type::text},
    {"cache", "type", Type::link_types},
    {"cache", "shared", Type::share},
    {"cache", "verify", Type::flag},
    {"cache", "protected", Type::flag},
    {"cache", "slow_link_warning", Type::flag},
    {"cache", "local", Type::text},
    {"cache", "s3", Type::text},
    {"cache", "gs", Type::text},
    {"cache", "hdfs", Type::text},
    {"cache", "webhdfs", Type::text},
    {"cache", "ssh", Type::text},
    {"cache", "azure", Type::text},
    {"exp", "code", Type::text},
    {"exp", "data", Type::text},
    {"exp", "models", Type::text},
    {"exp", "metrics", Type::text},
    {"exp", "params", Type::text},
    {"exp", "plots", Type::text},
    {"exp", "live", Type::text},
    {"exp", "auto_push", Type::flag},
    {"exp", "git_remote", Type::text},
    {"hydra", "enabled", Type::flag},
    {"hydra", "config_dir", Type::text},
    {"hydra", "config_module", Type::text},
    {"hydra", "config_name", Type::text},
    {"hydra", "plugins_path", Type::text},
    {"parsing", "bool", Type::text},
    {"parsing", "list", Type::text},
    {"plots", "html_template", Type::text},
    {"plots", "auto_open", Type::flag},
    {"plots", "out_dir", Type::text},
    {"studio", "token", Type::text},
    {"studio", "url", Type::text},
    {"studio", "repo_url", Type::text},
    {"studio", "offline", Type::flag},
    {"state", "dir", Type::text},
    {"state", "row_limit", Type::number},
    {"state", "row_cleanup_quota", Type::number},
    {"index", "dir", Type::text},
};
constexpr std::array open_sections = {"remote", "machine", "db", "feature"};

constexpr std::string_view error_prefix = "config file error: ";

[[noreturn]] void fail(const std::string& problem) {
  throw Error(Errc::config, "configuration error - " + std::string(error_prefix) + problem);
}

const Key* find_key(const std::string& section, const std::string& name) {
  for (const auto& key : known_keys) {
    if (section == key.section && name == key.name) return &key;
  }
  return nullptr;
}

bool is_section(const std::string& name) {
  if (std::find(open_sections.begin(), open_sections.end(), name) != open_sections.end())
    return true;
  return std::any_of(std::begin(known_keys), std::end(known_keys),
                     [&](const Key& key) { return name == key.section; });
}

std::vector<std::string> link_types(const std::vector<std::string>& value) {
  std::vector<std::string> types;
  for (const auto& item : value) {
    for (const auto piece : split(item, ','))
      types.push_back(to_lower_ascii(trim(piece)));
  }
  return types;
}

void check_value(const Key& key, const std::vector<std::string>& value) {
  const std::string where =
      fmt::format(" for dictionary value @ data['{}']['{}']", key.section, key.name);
  const std::string text = value.empty() ? "" : to_lower_ascii(value.front());
  switch (key.type) {
    case Type::flag:
      if (text != "true" && text != "false") fail("expected true or false" + where);
      return;
    case Type::number:
      if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
        fail("expected int" + where);
      }
      return;
    case Type::share:
      if (text != "group") fail("not a valid value" + where);
      return;
    case Type::link_types: {
      std::vector<std::string> unknown;
      const std::set<std::string> known = {"reflink", "hardlink", "symlink", "copy"};
      for (const auto& type : link_types(value)) {
        if (!known.contains(type)) unknown.push_back(type);
      }
      if (!unknown.empty()) {
        fail(fmt::format("Unsupported cache type(s): {}{}", expcore::join(unknown, ", "), where));
      }
      return;
    }
    case Type::text:
      return;
  }
}

void validate(const Section& merged, std::vector<std::string>& warnings) {
  for (const auto& [name, section] : merged.sections) {
    if (!is_section(name)) fail(fmt::format("extra keys not allowed @ data['{}']", name));
    if (name == "feature") {
      for (const auto& [key, value] : section.values) {
        if (key != "machine") {
          warnings.push_back(fmt::format("'feature.{}' config option is unsupported", key));
        }
      }
      continue;
    }
    if (name == "remote") {
      for (const auto& [remote, keys] : section.sections) {
        if (!keys.values.contains("url")) {
          fail(fmt::format("expected 'url' for dictionary value @ data['remote']['{}']", remote));
        }
      }
    }
    if (name == "remote" || name == "machine" || name == "db") continue;
    for (const auto& [key, value] : section.values) {
      const Key* known = find_key(name, key);
      if (known == nullptr) {
        fail(fmt::format("extra keys not allowed @ data['{}']['{}']", name, key));
      }
      check_value(*known, value);
    }
  }
  for (const auto& [key, value] : merged.values) {
    fail(fmt::format("extra keys not allowed @ data['{}']", key));
  }
}

std::string variable(const std::map<std::string, std::string>& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

std::string resolve(const std::string& value, const std::string& folder,
                    const std::map<std::string, std::string>& environment) {
  if (value.find("://") != std::string::npos || value.empty()) return value;
  if (value == "~" || value.starts_with("~/"))
    return variable(environment, "HOME") + value.substr(1);
  return fs::absolute(folder, value);
}

void resolve_paths(Section& section, const std::string& folder,
                   const std::map<std::string, std::string>& environment) {
  if (const auto cache = section.sections.find("cache"); cache != section.sections.end()) {
    if (const auto dir = cache->second.values.find("dir"); dir != cache->second.values.end()) {
      if (!dir->second.empty()) {
        dir->second.front() = resolve(dir->second.front(), folder, environment);
      }
    }
  }
  constexpr std::array path_keys = {"url",
                                    "gdrive_user_credentials_file",
                                    "credentialpath",
                                    "gdrive_service_account_json_file_path",
                                    "configpath",
                                    "keyfile",
                                    "cert_path",
                                    "key_path"};
  for (auto& [name, remote] : section.sections["remote"].sections) {
    for (const char* key : path_keys) {
      const auto found = remote.values.find(key);
      if (found == remote.values.end() || found->second.empty()) continue;
      found->second.front() = resolve(found->second.front(), folder, environment);
    }
  }
}

void merge(Section& into, const Section& from) {
  for (const auto& [key, value] : from.values)
    into.values[key] = value;
  for (const auto& [name, section] : from.sections)
    merge(into.sections[name], section);
}

std::vector<std::string> files(const std::string& dvc_dir,
                               const std::map<std::string, std::string>& environment) {
  std::string system = variable(environment, "DVC_SYSTEM_CONFIG_DIR");
  if (system.empty()) {
    const std::string dirs = variable(environment, "XDG_CONFIG_DIRS");
    system = fs::join(dirs.empty() ? "/etc/xdg" : dirs.substr(0, dirs.find(':')), "dvc");
  }
  std::string global = variable(environment, "DVC_GLOBAL_CONFIG_DIR");
  if (global.empty()) {
    const std::string home = variable(environment, "XDG_CONFIG_HOME");
    global = fs::join(home.empty() ? variable(environment, "HOME") + "/.config" : home, "dvc");
  }
  return {fs::join(system, "config"), fs::join(global, "config"), fs::join(dvc_dir, "config"),
          fs::join(dvc_dir, "config.local")};
}

}  // namespace

Config Config::load(const std::string& dvc_dir,
                    const std::map<std::string, std::string>& environment) {
  Config config;
  for (const auto& path : files(dvc_dir, environment)) {
    const auto text = fs::read_file_if_exists(path);
    if (!text) continue;
    Section section;
    try {
      section = parse_config(*text, path);
    } catch (const Error& error) {
      const std::string problem = std::string(error.what()).substr(error_prefix.size());
      fail(problem + ": " + problem);
    }
    resolve_paths(section, fs::parent(path), environment);
    merge(config.merged_, section);
  }
  validate(config.merged_, config.warnings_);
  config.cache_dir_ = config.get("cache.dir").value_or(fs::join(dvc_dir, "cache"));
  const auto types = config.get_list("cache.type");
  config.cache_types_ =
      types.empty() ? std::vector<std::string>{"reflink", "copy"} : link_types(types);
  return config;
}

std::vector<std::string> Config::get_list(const std::string& key) const {
  const auto parts = split(key, '.');
  const Section* section = &merged_;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const auto found = section->sections.find(std::string(parts[i]));
    if (found == section->sections.end()) return {};
    section = &found->second;
  }
  const auto value = section->values.find(std::string(parts.back()));
  return value == section->values.end() ? std::vector<std::string>() : value->second;
}

std::optional<std::string> Config::get(const std::string& key) const {
  const auto values = get_list(key);
  if (values.empty()) return std::nullopt;
  return expcore::join(values, ",");
}

bool Config::get_bool(const std::string& key, bool fallback) const {
  const auto value = get(key);
  return value ? to_lower_ascii(*value) == "true" : fallback;
}

std::vector<std::string> Config::names(const std::string& section) const {
  std::vector<std::string> result;
  const auto found = merged_.sections.find(section);
  if (found == merged_.sections.end()) return result;
  for (const auto& inner : found->second.sections)
    result.push_back(inner.first);
  return result;
}

std::string find_root(const std::string& start) {
  std::string folder = start;
  while (true) {
    if (fs::is_directory(fs::join(folder, ".dvc"))) return folder;
    const std::string above = fs::parent(folder);
    const auto here = fs::stat(folder);
    const auto there = fs::stat(above.empty() ? "/" : above);
    const bool at_mount = folder == "/" || !here || !there || here->device != there->device;
    if (at_mount) {
      throw Error(Errc::not_a_project,
                  fmt::format("you are not inside of a DVC repository (checked up to mount point "
                              "'{}')",
                              folder));
    }
    folder = above;
  }
}

}  // namespace expcore::config
