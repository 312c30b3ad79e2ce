#include "git/plain_config.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

#include <expcore/error.hpp>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::git {
namespace {

constexpr const char* system_file = "/etc/gitconfig";
constexpr const char* system_attributes = "/etc/gitattributes";

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-';
  });
}

/// What is between the brackets of a section's line as the first part of keys; "" for what is left
/// to libgit2.
std::string section_of(std::string_view line) {
  if (!line.ends_with(']')) return "";
  line = line.substr(1, line.size() - 2);
  const auto space = line.find(' ');
  std::string section = to_lower_ascii(line.substr(0, space));
  if (!is_name(section) || section.starts_with("include")) return "";
  if (space == std::string_view::npos) return section + ".";
  const std::string_view sub = trim(line.substr(space));
  if (sub.size() < 2 || sub.front() != '"' || sub.find('"', 1) != sub.size() - 1) return "";
  if (sub.find('\\') != std::string_view::npos) return "";
  return section + "." + std::string(sub.substr(1, sub.size() - 2)) + ".";
}

/// nullopt when it goes on in the next line or is wrong.
std::optional<std::string> value_of(std::string_view text) {
  std::string value;
  std::size_t needed = 0;  // bytes of it that are not blanks at its end
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"') {
      is_quoted = !is_quoted;
      needed = value.size();
      continue;
    }
    if (!is_quoted && (c == '#' || c == ';')) break;
    const bool is_escaped = c == '\\';
    if (is_escaped) {
      constexpr std::string_view escapes("n\nt\tb\b\"\"\\\\");
      if (++i == text.size()) return std::nullopt;
      std::size_t found = 0;
      while (found < escapes.size() && escapes[found] != text[i])
        found += 2;
      if (found == escapes.size()) return std::nullopt;
      c = escapes[found + 1];
    }
    value += c;
    if (is_quoted || is_escaped || (c != ' ' && c != '\t')) needed = value.size();
  }
  if (is_quoted) return std::nullopt;
  value.resize(needed);
  return value;
}

}  // namespace

bool PlainConfig::add_file(const std::string& path) {
  const auto text = fs::read_file_if_exists(path);
  if (!text) return true;
  std::string section;
  for (auto line : split(*text, '\n')) {
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      section = section_of(line);
      if (section.empty()) return false;
      continue;
    }
    const auto equals = line.find('=');
    const std::string_view name = trim(line.substr(0, equals));
    if (section.empty() || !is_name(name)) return false;
    // A name alone says yes.
    const auto value = equals == std::string_view::npos ? std::string("true")
                                                        : value_of(trim(line.substr(equals + 1)));
    if (!value) return false;
    values_[section + to_lower_ascii(name)] = *value;
  }
  return true;
}

std::optional<PlainConfig> PlainConfig::read(const std::string& git_dir) {
  const char* home = std::getenv("HOME");
  const char* settings = std::getenv("XDG_CONFIG_HOME");
  if (home == nullptr || *home == '\0' || ::getuid() != ::geteuid()) return std::nullopt;
  PlainConfig config;
  config.git_dir_ = git_dir;
  config.user_dir_ = settings != nullptr && *settings != '\0' ? fs::join(settings, "git")
                                                              : fs::join(home, ".config/git");
  try {
    for (const auto& file : {std::string(system_file), fs::join(config.user_dir_, "config"),
                             fs::join(home, ".gitconfig"), fs::join(git_dir, "config")}) {
      if (!config.add_file(file)) return std::nullopt;
    }
  } catch (const Error&) {
    return std::nullopt;
  }
  return config;
}

std::optional<std::string> PlainConfig::get(const std::string& key) const {
  const auto section = std::min(key.find('.'), key.size());
  const auto name = std::min(key.rfind('.'), key.size());
  const auto found =
      values_.find(to_lower_ascii(key.substr(0, section)) + key.substr(section, name - section) +
                   to_lower_ascii(key.substr(name)));
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

bool PlainConfig::is_verbatim() const {
  const auto is_unset_or = [&](const char* key, std::string_view value) {
    const auto found = get(key);
    return !found || to_lower_ascii(*found) == value;
  };
  for (const char* key : {"core.autocrlf", "core.ignorecase", "core.precomposeunicode",
                          "core.sharedrepository", "core.sparsecheckout"}) {
    if (!is_unset_or(key, "false")) return false;
  }
  if (!is_unset_or("core.filemode", "true") || !is_unset_or("core.symlinks", "true")) return false;
  const std::array<std::string, 3> attributes = {
      system_attributes, fs::join(user_dir_, "attributes"), fs::join(git_dir_, "info/attributes")};
  return !get("core.attributesfile") &&
         std::none_of(attributes.begin(), attributes.end(), fs::exists);
}

}  // namespace expcore::git
