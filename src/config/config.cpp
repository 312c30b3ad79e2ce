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
/// Of remotes that are folders. Source: DVC dvc/config_schema.py LOCAL_COMMON, REMOTE_COMMON.
constexpr Key folder_keys[] = {
    {"remote", "url", Type::text},         {"remote", "checksum_jobs", Type::number},
    {"remote", "jobs", Type::number},      {"remote", "worktree", Type::flag},
    {"remote", "no_traverse", Type::flag}, {"remote", "version_aware", Type::flag},
    {"remote", "type", Type::link_types},  {"remote", "protected", Type::flag},
    {"remote", "shared", Type::share},     {"remote", "slow_link_warning", Type::flag},
    {"remote", "verify", Type::flag},
};
constexpr std::array url_schemes = {"s3",      "gs",     "azure",  "ssh",    "hdfs",
                                    "webhdfs", "oss",    "gdrive", "remote", "http",
                                    "https",   "webdav", "webdavs"};
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

void check_value(const Key& key, const std::vector<std::string>& value,
                 const std::string& section) {
  const std::string where = fmt::format(" for dictionary value @ {}['{}']", section, key.name);
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
      if (text != "group") fail("expected one of group" + where);
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

void validate_remote(const std::string& name, const Section& remote) {
  const auto url = remote.values.find("url");
  const std::string where = fmt::format("for dictionary value @ data['remote']['{}']", name);
  if (url == remote.values.end()) fail("expected 'url' " + where);
  const std::string text = expcore::join(url->second, ",");
  const auto scheme = text.find("://");
  const bool has_host = scheme != std::string::npos && scheme > 0 && scheme + 3 < text.size() &&
                        text[scheme + 3] != '/';
  if (has_host) {
    const auto known = std::find(url_schemes.begin(), url_schemes.end(), text.substr(0, scheme));
    if (known == url_schemes.end()) {
      fail(fmt::format("Unsupported URL type {}:// {}", text.substr(0, scheme), where));
    }
    return;  // the keys of other remotes are not ours to judge
  }
  for (const auto& [key, value] : remote.values) {
    const std::string& option = key;
    const auto known = std::find_if(std::begin(folder_keys), std::end(folder_keys),
                                    [&option](const Key& item) { return option == item.name; });
    if (known == std::end(folder_keys)) {
      fail(fmt::format("extra keys not allowed @ data['remote']['{}']['{}']", name, option));
    }
    check_value(*known, value, fmt::format("data['remote']['{}']", name));
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
      for (const auto& [remote, keys] : section.sections)
        validate_remote(remote, keys);
    }
    if (name == "remote" || name == "machine" || name == "db") continue;
    for (const auto& [key, value] : section.values) {
      const Key* known = find_key(name, key);
      if (known == nullptr) {
        fail(fmt::format("extra keys not allowed @ data['{}']['{}']", name, key));
      }
      check_value(*known, value, fmt::format("data['{}']", name));
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

Section parsed(std::string_view text, const std::string& path, const Environment& environment) {
  Section section;
  try {
    section = parse_config(text, path);
  } catch (const Error& error) {
    const std::string problem = std::string(error.what()).substr(error_prefix.size());
    fail(problem + ": " + problem);
  }
  resolve_paths(section, fs::parent(path), environment);
  return section;
}

}  // namespace

std::string file_of(Level level, const std::string& dvc_dir, const Environment& environment) {
  switch (level) {
    case Level::system: {
      std::string folder = variable(environment, "DVC_SYSTEM_CONFIG_DIR");
      if (folder.empty()) {
        const std::string dirs = variable(environment, "XDG_CONFIG_DIRS");
        folder = fs::join(dirs.empty() ? "/etc/xdg" : dirs.substr(0, dirs.find(':')), "dvc");
      }
      return fs::join(folder, "config");
    }
    case Level::global: {
      std::string folder = variable(environment, "DVC_GLOBAL_CONFIG_DIR");
      if (folder.empty()) {
        const std::string home = variable(environment, "XDG_CONFIG_HOME");
        folder = fs::join(home.empty() ? variable(environment, "HOME") + "/.config" : home, "dvc");
      }
      return fs::join(folder, "config");
    }
    case Level::repo:
      return dvc_dir.empty() ? "" : fs::join(dvc_dir, "config");
    case Level::local:
      return dvc_dir.empty() ? "" : fs::join(dvc_dir, "config.local");
  }
  return {};
}

Section load_level(Level level, const std::string& dvc_dir, const Environment& environment) {
  const std::string path = file_of(level, dvc_dir, environment);
  if (path.empty()) return {};
  const auto text = fs::read_file_if_exists(path);
  return text ? parsed(*text, path, environment) : Section();
}

void check_edit(Level level, std::string_view text, const std::string& dvc_dir,
                const Environment& environment) {
  Section merged;
  for (const Level weaker : levels) {
    if (weaker == level) break;
    merge(merged, load_level(weaker, dvc_dir, environment));
  }
  merge(merged, parsed(text, file_of(level, dvc_dir, environment), environment));
  std::vector<std::string> warnings;
  validate(merged, warnings);
}

Config Config::load(const std::string& dvc_dir,
                    const std::map<std::string, std::string>& environment) {
  Config config;
  for (const Level level : levels)
    merge(config.merged_, load_level(level, dvc_dir, environment));
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
