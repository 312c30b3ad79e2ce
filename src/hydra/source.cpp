#include "hydra/source.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "yaml/reader.hpp"

namespace expcore::hydra {

using omegaconf::Tree;
using yaml::Value;

namespace {

constexpr std::size_t header_size = 512;

[[noreturn]] void fail(const std::string& message) { throw Error(Errc::parse, message); }

/// What Hydra brings along, by group. Their content is dropped with the `hydra` node.
struct BuiltIn {
  std::string_view group;
  std::vector<std::string_view> options;
};
const std::vector<BuiltIn>& built_ins() {
  static const std::vector<BuiltIn> table = {
      {"hydra", {"config"}},
      {"hydra/env", {"default"}},
      {"hydra/help", {"default"}},
      {"hydra/hydra_help", {"default"}},
      {"hydra/hydra_logging", {"default", "disabled", "hydra_debug", "none"}},
      {"hydra/job_logging", {"default", "disabled", "none", "stdout"}},
      {"hydra/launcher", {"basic"}},
      {"hydra/output", {"default"}},
      {"hydra/sweeper", {"basic"}},
      {"hydra/callbacks", {}},
  };
  return table;
}

/// Launchers, sweepers and the like come from plugins, which are Python. What they configure is
/// dropped, so any name is taken (docs/decisions/hydra.md).
bool is_built_in(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return false;
  const auto group = path.substr(0, slash);
  return std::any_of(built_ins().begin(), built_ins().end(), [&](const BuiltIn& built_in) {
    return built_in.group == group &&
           (group != "hydra" || path == "hydra/config" || path == "hydra/config.yaml");
  });
}

const std::vector<std::pair<std::string_view, std::optional<std::string_view>>> hydra_defaults = {
    {"output", "default"},      {"launcher", "basic"},       {"sweeper", "basic"},
    {"help", "default"},        {"hydra_help", "default"},   {"hydra_logging", "default"},
    {"job_logging", "default"}, {"callbacks", std::nullopt}, {"env", "default"}};

std::string with_suffix(const std::string& path) {
  return path.ends_with(".yaml") ? path : path + ".yaml";
}

/// The package of `# @package …` lines at the top; they end at the first other line.
std::optional<std::string> package_header(std::string_view text) {
  std::optional<std::string> package;
  for (std::string_view line : python_splitlines(text.substr(0, header_size))) {
    line = trim(line);
    if (line.empty()) continue;
    if (!line.starts_with('#')) break;
    const std::string_view rest = trim(line.substr(1));
    if (!rest.starts_with('@')) break;
    std::vector<std::string> words;
    const std::string_view plain = trim(line.substr(line.find_first_not_of('#')));
    for (const auto word : split(plain, ' ')) {
      if (!word.empty()) words.emplace_back(word);
    }
    if (words.size() < 2) fail(fmt::format("Expected header format: KEY VALUE, got '{}'", plain));
    if (words.size() > 2) fail(fmt::format("Too many components in '{}'", plain));
    if (words[0] == "@package") package = words[1];
  }
  return package;
}

/// "group@package" apart; "package:renamed" keeps the first.
std::pair<std::string, std::optional<std::string>> split_group(const std::string& text) {
  const auto at = text.find('@');
  if (at == std::string::npos) return {text, std::nullopt};
  const std::string package = text.substr(at + 1);
  return {text.substr(0, at), package.substr(0, package.find(':'))};
}

std::string type_name(const Value& value) { return std::string(yaml::python_type(value)); }

void set_package(Default& item, std::optional<std::string> package) {
  item.package = std::move(package);
  if (item.package == "_here_") item.package = "";
}

/// "override optional group" apart.
void set_keywords(Default& item, const std::string& text) {
  const auto words = split(text, ' ');
  item.path = words.back();
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "optional") {
      item.optional = true;
    } else if (words[i] == "override") {
      item.is_override = true;
    } else {
      break;
    }
  }
}

Default group_default(const yaml::Map& map, const std::string& config) {
  if (map.size() > 1) {
    fail(fmt::format("In {}: Too many keys in default item {}", config,
                     yaml::python_repr(Value(map))));
  }
  if (map.empty()) fail(fmt::format("In {}: Missing group name in {{}}", config));
  const auto& member = *map.begin();
  if (!member.key.is_string()) fail("the name of a config group must be a string");
  Default item;
  item.is_group = true;
  auto [group, package] = split_group(member.key.string());
  set_package(item, std::move(package));
  set_keywords(item, group);
  if (item.path.empty()) fail(fmt::format("In {}: Missing group name", config));
  const Value& value = member.value;
  if (value.is_string()) {
    item.value = value.string();
  } else if (value.is_list()) {
    item.has_options = true;
    for (const auto& option : value.list()) {
      if (!option.is_string()) {
        fail(fmt::format(
            "Unsupported item value in defaults : {}, nested list items must be strings",
            type_name(option)));
      }
      item.options.push_back(option.string());
    }
  } else if (!value.is_null()) {
    fail(fmt::format("Unsupported item value in defaults : {}. Supported: string or list",
                     value.is_map() ? "dict" : type_name(value)));
  }
  return item;
}

Default to_default(const Value& value, const std::string& config) {
  if (value.is_map()) return group_default(value.map(), config);
  if (!value.is_string()) {
    fail(fmt::format("Unsupported type in defaults : {}",
                     value.is_list() ? "ListConfig" : type_name(value)));
  }
  Default item;
  auto [path, package] = split_group(value.string());
  if (path == "_self_" && package) fail("_self_@PACKAGE is not supported");
  item.path = path;
  set_package(item, std::move(package));
  return item;
}

std::vector<Default> take_defaults(Value& content, const std::string& config) {
  std::vector<Default> result;
  const Value* list = content.find("defaults");
  if (list == nullptr) return result;
  if (!list->is_list()) {
    fail(fmt::format("Invalid defaults list in '{}', defaults must be a list (got {})", config,
                     list->is_map() ? "mapping" : type_name(*list)));
  }
  for (const auto& item : list->list())
    result.push_back(to_default(item, config));
  content.map().erase("defaults");
  return result;
}

Config built_in(Tree& tree, const std::string& path) {
  Config config;
  config.content = tree.make(Value(yaml::Map()));
  if (path != "hydra/config") return config;
  for (const auto& [group, option] : hydra_defaults) {
    Default item;
    item.is_group = true;
    item.path = group;
    if (option) item.value = std::string(*option);
    config.defaults.push_back(item);
  }
  return config;
}

}  // namespace

Repository::Repository(Tree& tree, std::string cwd) : tree_(tree), cwd_(std::move(cwd)) {
  sources_.push_back({"hydra", "pkg://hydra.conf", ""});
}

void Repository::append(const std::string& provider, const std::string& path) {
  const auto scheme = path.find("://");
  const bool is_file = scheme == std::string::npos || path.starts_with("file://");
  const std::string plain = scheme == std::string::npos ? path : path.substr(scheme + 3);
  sources_.push_back(
      {provider, is_file ? "file://" + plain : path, is_file ? fs::join(cwd_, plain) : ""});
}

bool Repository::main_available() const {
  return std::any_of(sources_.begin(), sources_.end(), [](const Source& source) {
    return source.provider == "main" && fs::is_directory(source.folder);
  });
}

bool Repository::group_exists(const std::string& group) const {
  if (std::any_of(built_ins().begin(), built_ins().end(),
                  [&](const BuiltIn& item) { return item.group == group; }))
    return true;
  return std::any_of(sources_.begin(), sources_.end(), [&](const Source& source) {
    return !source.folder.empty() && fs::is_directory(fs::join(source.folder, group));
  });
}

std::string Repository::file_of(const std::string& path) const {
  for (const auto& source : sources_) {
    if (source.folder.empty()) continue;
    std::string file = fs::join(source.folder, with_suffix(path));
    if (fs::is_file(file)) return file;
  }
  return {};
}

bool Repository::config_exists(const std::string& path) const {
  return is_built_in(path) || !file_of(path).empty();
}

const Config* Repository::load(const std::string& path) {
  auto found = loaded_.find(path);
  if (found == loaded_.end()) {
    std::optional<Config> config;
    const std::string file = file_of(path);
    if (!file.empty()) {
      config = read(file, path);
    } else if (is_built_in(path)) {
      config = built_in(tree_, path);
    }
    found = loaded_.emplace(path, std::move(config)).first;
  }
  return found->second ? &*found->second : nullptr;
}

Config Repository::read(const std::string& file, const std::string& path) {
  const std::string text = fs::read_file(file);
  Config config;
  config.package = package_header(text);
  Value content;
  try {
    content = yaml::parse_yaml_1_1(text);
    if (content.is_null()) content = yaml::Map();
    if (content.is_string()) {
      yaml::Map only_key;
      only_key.append(content, yaml::Null{});
      content = std::move(only_key);
    }
    if (content.is_scalar()) fail("Invalid loaded object type: " + type_name(content));
  } catch (Error& error) {
    error.add_context(fmt::format("unable to read: '{}', YAML file structure is corrupted",
                                  fs::relative(fs::normalize(file), cwd_)));
    throw;
  }
  if (content.is_map()) config.defaults = take_defaults(content, path);
  try {
    config.content = tree_.make(content);
  } catch (Error& error) {
    error.add_context(fmt::format("unable to read: '{}'", fs::relative(fs::normalize(file), cwd_)));
    throw;
  }
  return config;
}

std::vector<std::string> Repository::options(const std::string& group) const {
  std::set<std::string> names;
  for (const auto& item : built_ins()) {
    if (item.group == group) names.insert(item.options.begin(), item.options.end());
  }
  for (const auto& source : sources_) {
    const std::string folder = fs::join(source.folder, group);
    if (source.folder.empty() || !fs::is_directory(folder)) continue;
    for (const auto& entry : fs::list_directory(folder)) {
      if (!fs::is_file(with_suffix(fs::join(folder, entry.name)))) continue;
      names.insert(entry.name.substr(0, entry.name.rfind('.')));
    }
  }
  return {names.begin(), names.end()};
}

std::string Repository::search_path() const {
  std::string result;
  for (const auto& source : sources_)
    result += fmt::format("\n\tprovider={}, path={}", source.provider, source.path);
  return result.substr(1);
}

std::vector<std::string> Repository::unavailable() const {
  std::vector<std::string> result;
  for (const auto& source : sources_) {
    if (source.provider == "hydra" || source.provider == "schema") continue;
    if (!source.folder.empty() && fs::is_directory(source.folder)) continue;
    const auto scheme = source.path.find("://");
    result.push_back(fmt::format("provider={}, path={} is not available.", source.provider,
                                 source.path.substr(scheme + 3)));
  }
  return result;
}

}  // namespace expcore::hydra
