#include <algorithm>
#include <functional>
#include <utility>

#include <expcore/configuration.hpp>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "api/impl.hpp"
#include "base/text.hpp"
#include "config/config.hpp"
#include "config/document.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore {

namespace {

using config::Document;
using config::Level;
using config::Section;

[[noreturn]] void fail(const std::string& problem) {
  throw Error(Errc::config, "configuration error - config file error: " + problem);
}

/// An option's place: its section and its name.
struct Key {
  Document::Path section;
  std::string name;
};

Key parse_key(const std::string& text) {
  const std::string lower = to_lower_ascii(text);
  std::vector<std::string> parts;
  for (const auto part : split(lower, '.'))
    parts.emplace_back(part);
  const bool is_named = parts.size() == 3 && (parts[0] == "remote" || parts[0] == "db");
  if (parts.size() != 2 && !is_named) {
    throw Error(Errc::invalid_argument,
                "argument name: name argument should look like remote.name.option or "
                "db.name.option or section.option");
  }
  Key key{parts, parts.back()};
  key.section.pop_back();
  return key;
}

bool is_path(const Key& key) {
  if (key.section.front() == "cache") return key.name == "dir";
  constexpr std::string_view names[] = {"url",
                                        "gdrive_user_credentials_file",
                                        "gdrive_service_account_json_file_path",
                                        "credentialpath",
                                        "configpath",
                                        "keyfile",
                                        "cert_path",
                                        "key_path"};
  return key.section.front() == "remote" &&
         std::find(std::begin(names), std::end(names), key.name) != std::end(names);
}

const Section* find_section(const Section& root, const Document::Path& path) {
  const Section* section = &root;
  for (const auto& name : path) {
    const auto found = section->sections.find(name);
    if (found == section->sections.end()) return nullptr;
    section = &found->second;
  }
  return section;
}

/// One value as it is, a list as Python shows it.
std::string shown(const std::vector<std::string>& value) {
  if (value.size() == 1) return value.front();
  std::vector<std::string> items;
  for (const auto& item : value)
    items.push_back(python_repr(item));
  return fmt::format("[{}]", join(items, ", "));
}

std::vector<std::string> unique(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const auto& name : names) {
    if (std::find(result.begin(), result.end(), name) == result.end()) result.push_back(name);
  }
  return result;
}

using Visit = std::function<void(const std::string&, const std::vector<std::string>&)>;

void each_value(const Section& section, const std::string& prefix, const Visit& visit) {
  for (const auto& name : unique(section.order)) {
    if (const auto value = section.values.find(name); value != section.values.end()) {
      visit(prefix + name, value->second);
    }
    if (const auto inner = section.sections.find(name); inner != section.sections.end()) {
      each_value(inner->second, prefix + name + ".", visit);
    }
  }
}

/// In DVC's order: named sections, then the others as the file has them.
void each_value(const Section& root, const Visit& visit) {
  constexpr std::string_view named[] = {"remote", "machine", "db"};
  for (const auto name : named) {
    const auto found = root.sections.find(std::string(name));
    if (found != root.sections.end()) each_value(found->second, std::string(name) + ".", visit);
  }
  for (const auto& name : unique(root.order)) {
    if (std::find(std::begin(named), std::end(named), name) != std::end(named)) continue;
    const auto found = root.sections.find(name);
    if (found != root.sections.end()) each_value(found->second, name + ".", visit);
  }
}

Level level_of(ConfigLevel level) {
  switch (level) {
    case ConfigLevel::system:
      return Level::system;
    case ConfigLevel::global:
      return Level::global;
    case ConfigLevel::local:
      return Level::local;
    default:
      return Level::repo;
  }
}

}  // namespace

struct Configuration::Impl {
  std::string directory;
  std::string root;  // "" outside a project
  std::string dvc_dir;
  Environment environment;

  std::string file(Level level) const {
    const std::string path = config::file_of(level, dvc_dir, environment);
    if (path.empty()) fail("Not inside a DVC repo");
    return path;
  }

  Section read(Level level) const { return config::load_level(level, dvc_dir, environment); }

  std::vector<Level> read_levels(ConfigLevel level) const {
    if (level != ConfigLevel::merged) {
      file(level_of(level));
      return {level_of(level)};
    }
    std::vector<Level> result = {Level::system, Level::global};
    if (!dvc_dir.empty()) result.insert(result.end(), {Level::repo, Level::local});
    return result;
  }

  std::string origin(Level level) const {
    const std::string path = file(level);
    return fs::is_within(path, root) && !root.empty() ? fs::relative(path, root) : path;
  }

  /// A relative path of the caller's as the file should hold it.
  std::string stored(const Key& key, const std::string& value, Level level) const {
    if (!is_path(key) || fs::is_absolute(value) || value.starts_with('~') || value.empty() ||
        value.find("://") != std::string::npos) {
      return value;
    }
    return fs::relative(fs::absolute(directory, value), fs::parent(file(level)));
  }

  void edit(Level level, const std::function<void(Document&)>& change) const {
    const std::string path = file(level);
    const auto text = fs::read_file_if_exists(path);
    Document document = [&] {
      try {
        return Document(text.value_or(""));
      } catch (Error& error) {
        error.add_context("configuration error");
        throw;
      }
    }();
    change(document);
    if (document.text() == text) return;
    config::check_edit(level, document.text(), dvc_dir, environment);
    fs::make_directories(fs::parent(path));
    // An empty file is one line feed long, as ConfigObj leaves it.
    fs::write_atomic(path, document.text().empty() ? "\n" : document.text(), fs::Durability::full);
  }

  void check_set(const Section& section, const Key& key, bool with_option = true) const {
    const bool is_named = key.section.size() == 2;
    const std::string what = is_named ? key.section[0] : "section";
    const Section* found = find_section(section, key.section);
    if (found == nullptr) {
      // Sections of the schema are always there.
      if (is_named) fail(fmt::format("{} '{}' doesn't exist", what, key.section.back()));
    }
    if (with_option && (found == nullptr || !found->values.contains(key.name))) {
      fail(fmt::format("option '{}' doesn't exist in {} '{}'", key.name, what, key.section.back()));
    }
  }

  bool knows_remote(const std::string& name, Level level) const {
    for (const Level weaker : config::levels) {
      if (weaker > level) break;
      if (find_section(read(weaker), {"remote", name}) != nullptr) return true;
    }
    return false;
  }

  std::optional<std::string> core_remote(const Section& section) const {
    const Section* core = find_section(section, {"core"});
    if (core == nullptr) return std::nullopt;
    const auto value = core->values.find("remote");
    if (value == core->values.end()) return std::nullopt;
    return shown(value->second);
  }

  /// Changes the default remote `name` (nullopt: unsets it) at stronger levels than `level`.
  void change_defaults(const std::string& name, const std::optional<std::string>& replacement,
                       Level level) const {
    for (const Level stronger : {Level::local, Level::repo, Level::global, Level::system}) {
      if (stronger < level) break;
      if (config::file_of(stronger, dvc_dir, environment).empty()) continue;
      if (core_remote(read(stronger)) != name) continue;
      edit(stronger, [&](Document& document) {
        if (replacement) {
          document.set({"core"}, "remote", *replacement);
        } else {
          document.unset({"core"}, "remote");
        }
      });
    }
  }
};

Configuration::Configuration(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Configuration::Configuration(Configuration&&) noexcept = default;
Configuration& Configuration::operator=(Configuration&&) noexcept = default;
Configuration::~Configuration() = default;

Configuration Configuration::open(const std::filesystem::path& directory,
                                  std::optional<Environment> environment) {
  auto impl = std::make_unique<Impl>();
  impl->directory = api::absolute_directory(directory);
  impl->environment = environment ? std::move(*environment) : api::process_environment();
  try {
    impl->root = config::find_root(impl->directory);
    impl->dvc_dir = fs::join(impl->root, ".dvc");
  } catch (const Error& error) {
    if (error.code() != Errc::not_a_project) throw;
  }
  return Configuration(std::move(impl));
}

std::vector<ConfigEntry> Configuration::list(ConfigLevel level) const {
  std::vector<ConfigEntry> entries;
  for (const Level each : impl_->read_levels(level)) {
    const std::string origin = impl_->origin(each);
    each_value(impl_->read(each),
               [&](const std::string& key, const std::vector<std::string>& value) {
                 entries.push_back({key, shown(value), origin});
               });
  }
  return entries;
}

std::optional<ConfigEntry> Configuration::get(const std::string& key, ConfigLevel level) const {
  const Key wanted = parse_key(key);
  auto levels = impl_->read_levels(level);
  std::reverse(levels.begin(), levels.end());
  for (const Level each : levels) {
    const Section root = impl_->read(each);
    const Section* section = find_section(root, wanted.section);
    if (section != nullptr) {
      const auto value = section->values.find(wanted.name);
      if (value != section->values.end()) {
        return ConfigEntry{key, shown(value->second), impl_->origin(each)};
      }
    }
    if (level != ConfigLevel::merged) impl_->check_set(root, wanted);
  }
  return std::nullopt;
}

void Configuration::set(const std::string& key, const std::string& value, ConfigLevel level) {
  const Key wanted = parse_key(key);
  const Level where = level_of(level);
  const std::string stored = impl_->stored(wanted, value, where);
  impl_->edit(where,
              [&](Document& document) { document.set(wanted.section, wanted.name, stored); });
}

void Configuration::unset(const std::string& key, ConfigLevel level) {
  const Key wanted = parse_key(key);
  const Level where = level_of(level);
  impl_->file(where);
  impl_->check_set(impl_->read(where), wanted);
  impl_->edit(where, [&](Document& document) { document.unset(wanted.section, wanted.name); });
}

std::string Configuration::cache_dir(ConfigLevel level) const {
  if (const auto set = get("cache.dir", level)) return set->value;
  if (impl_->dvc_dir.empty()) fail("option 'dir' doesn't exist in section 'cache'");
  return fs::join(impl_->dvc_dir, "cache");
}

std::vector<RemoteEntry> Configuration::remotes(ConfigLevel level) const {
  std::vector<RemoteEntry> entries;
  std::optional<std::string> chosen;
  for (const Level each : impl_->read_levels(level)) {
    const Section section = impl_->read(each);
    if (auto set = impl_->core_remote(section)) chosen = std::move(set);
    const Section* found = find_section(section, {"remote"});
    if (found == nullptr) continue;
    for (const auto& name : unique(found->order)) {
      const Section* remote = find_section(*found, {name});
      if (remote == nullptr) continue;
      auto entry = std::find_if(entries.begin(), entries.end(),
                                [&](const RemoteEntry& item) { return item.name == name; });
      if (entry == entries.end()) entry = entries.insert(entries.end(), {name, "", false});
      const auto url = remote->values.find("url");
      if (url != remote->values.end()) entry->url = shown(url->second);
    }
  }
  for (auto& entry : entries)
    entry.is_default = entry.name == chosen;
  return entries;
}

void Configuration::add_remote(const std::string& given, const std::string& url, bool make_default,
                               bool overwrite, ConfigLevel level) {
  const std::string name = to_lower_ascii(given);
  const Level where = level_of(level);
  const Document::Path section = {"remote", name};
  impl_->edit(where, [&](Document& document) {
    if (document.has(section)) {
      if (!overwrite) {
        fail(fmt::format("remote '{}' already exists. Use `-f|--force` to overwrite it.", name));
      }
      const Section root = impl_->read(where);
      for (const auto& [key, value] : find_section(root, section)->values) {
        if (key != "url") document.unset(section, key);
      }
    }
    document.set(section, "url", impl_->stored({section, "url"}, url, where));
    if (make_default) document.set({"core"}, "remote", name);
  });
}

void Configuration::modify_remote(const std::string& given, const std::string& option,
                                  const std::optional<std::string>& value, ConfigLevel level) {
  const std::string name = to_lower_ascii(given);
  const Level where = level_of(level);
  impl_->file(where);
  if (!impl_->knows_remote(name, where)) fail(fmt::format("remote '{}' doesn't exist.", name));
  const Key key{{"remote", name}, option};
  impl_->edit(where, [&](Document& document) {
    if (value) {
      document.set(key.section, option, impl_->stored(key, *value, where));
    } else {
      document.unset(key.section, option);
    }
  });
}

void Configuration::remove_remote(const std::string& given, ConfigLevel level) {
  const std::string name = to_lower_ascii(given);
  const Level where = level_of(level);
  impl_->edit(where, [&](Document& document) {
    if (!document.remove({"remote", name})) fail(fmt::format("remote '{}' doesn't exist.", name));
    // In one write with the remote, so that the default never leads nowhere.
    if (impl_->core_remote(impl_->read(where)) == name) document.unset({"core"}, "remote");
  });
  impl_->change_defaults(name, std::nullopt, where);
}

void Configuration::rename_remote(const std::string& given, const std::string& new_given,
                                  ConfigLevel level) {
  const std::string name = to_lower_ascii(given);
  const std::string new_name = to_lower_ascii(new_given);
  const Level where = level_of(level);
  impl_->file(where);
  if (impl_->knows_remote(new_name, Level::local)) {
    fail(fmt::format("Rename failed. Remote name '{}' already exists.", new_given));
  }
  impl_->edit(where, [&](Document& document) {
    if (!document.rename({"remote", name}, new_given)) {
      fail(fmt::format("remote '{}' doesn't exist.", name));
    }
    if (impl_->core_remote(impl_->read(where)) == name) {
      document.set({"core"}, "remote", new_given);
    }
  });
  impl_->change_defaults(name, new_given, where);
}

std::optional<std::string> Configuration::default_remote(ConfigLevel level) const {
  std::optional<std::string> found;
  for (const Level each : impl_->read_levels(level)) {
    if (auto set = impl_->core_remote(impl_->read(each))) found = std::move(set);
  }
  return found;
}

void Configuration::set_default_remote(const std::optional<std::string>& name, ConfigLevel level) {
  const Level where = level_of(level);
  impl_->file(where);
  if (name && !impl_->knows_remote(to_lower_ascii(*name), where)) {
    fail("default remote must be present in remote list.");
  }
  impl_->edit(where, [&](Document& document) {
    if (name) {
      document.set({"core"}, "remote", to_lower_ascii(*name));
    } else {
      document.unset({"core"}, "remote");
    }
  });
}

}  // namespace expcore
