#include "templating/context.hpp"

#include <algorithm>
#include <charconv>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/path.hpp"
#include "params/file.hpp"

namespace expcore::templating {
namespace {

[[noreturn]] void fail(Trouble trouble, std::string message) {
  throw ContextProblem{trouble, std::move(message)};
}

/// DVC cannot hold dates; the text names where one is.
void refuse_dates(const yaml::Value& value, const std::string& where) {
  if (value.kind() == yaml::Value::Kind::timestamp) {
    throw Error(Errc::invalid_argument,
                fmt::format("unexpected error - Unsupported value of type '{}' in '{}'",
                            value.timestamp().size() > 10 ? "datetime" : "date", where));
  }
  if (value.is_list()) {
    for (const auto& item : value.list())
      refuse_dates(item, where);
  } else if (value.is_map()) {
    for (const auto& [key, member] : value.map()) {
      if (!key.is_string()) continue;
      const bool top = where.find(':') == std::string::npos;
      refuse_dates(member, where + (top ? ":" : ".") + key.string());
    }
  }
}

/// Only string keys can be addressed; others are dropped.
yaml::Map with_string_keys(const yaml::Map& map) {
  yaml::Map kept;
  for (const auto& [key, value] : map) {
    if (!key.is_string()) continue;
    kept.append(key, value.is_map() ? yaml::Value(with_string_keys(value.map())) : value);
  }
  return kept;
}

std::vector<std::string> selected_keys(std::string_view text) {
  std::vector<std::string> keys;
  for (const auto key : split(text, ',')) {
    if (!key.empty()) keys.emplace_back(key);
  }
  return keys;
}

yaml::Value read_mapping(const Files& files, const std::string& path, const std::string& shown) {
  if (files.is_directory && files.is_directory(path)) {
    fail(Trouble::other, fmt::format("'{}' is a directory", shown));
  }
  const auto text = files.read(path);
  if (!text) fail(Trouble::other, fmt::format("'{}' does not exist", shown));
  yaml::Value value = params::parse(*text, params::format_of(path), shown);
  if (!value.is_map()) {
    fail(Trouble::other,
         fmt::format("expected a dictionary, got '{}' in file '{}'", python_type(value), shown));
  }
  refuse_dates(value, shown);
  return value;
}

yaml::Map take_keys(const yaml::Map& all, const std::vector<std::string>& keys,
                    const std::string& shown) {
  yaml::Map taken;
  for (const auto& key : keys) {
    const auto* value = all.find(key);
    if (value == nullptr) {
      fail(Trouble::other, fmt::format("could not find '{}' in '{}'", key, shown));
    }
    taken.set(key, *value);
  }
  return taken;
}

}  // namespace

void Context::load_file(const Files& files, const std::string& item, const std::string& directory,
                        const std::string& shown_directory) {
  const auto colon = item.find(':');
  const std::string file = item.substr(0, colon);
  const auto keys = colon == std::string::npos ? std::vector<std::string>()
                                               : selected_keys(item.substr(colon + 1));
  const std::string path = fs::absolute(directory, file);
  const std::string shown = fs::normalize(fs::join(shown_directory, file));
  const auto known = imports_.find(path);
  if (known != imports_.end()) {
    const auto& before = known->second;
    if (keys.empty() && !before) return;
    const bool again =
        keys.empty() || (before && std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
                           return std::find(before->begin(), before->end(), key) != before->end();
                         }));
    if (!before) {
      fail(Trouble::loaded,
           fmt::format("cannot partially load '{}' as it's already loaded.", item));
    }
    if (again) {
      fail(Trouble::loaded, fmt::format("cannot load '{}' as it's partially loaded already", item));
    }
  }
  const yaml::Value loaded = read_mapping(files, path, shown);
  yaml::Map values = with_string_keys(loaded.map());
  if (!keys.empty()) values = take_keys(values, keys, shown);
  merge(values_, values, shown, "");
  if (known == imports_.end()) {
    imports_.emplace(path, keys.empty() ? std::nullopt : std::optional(keys));
  } else {
    known->second->insert(known->second->end(), keys.begin(), keys.end());
  }
}

void Context::load_inline(const yaml::Value& values, const std::string& source) {
  refuse_dates(values, source);
  merge(values_, with_string_keys(values.map()), source, "");
}

void Context::merge(yaml::Map& into, const yaml::Map& from, const std::string& source,
                    const std::string& path) {
  for (const auto& [key, value] : from) {
    const std::string& name = key.string();
    const std::string here = path.empty() ? name : path + "." + name;
    if (path.empty() && overlay_.contains(name)) {
      fail(Trouble::other, fmt::format("attempted to modify reserved key {}", name));
    }
    yaml::Value* present = into.find(name);
    if (present == nullptr) {
      into.append(key, value);
      sources_[here] = source;
      continue;
    }
    if (present->is_map() && value.is_map()) {
      merge(present->map(), value.map(), source, here);
      continue;
    }
    // The nearest recorded ancestor says where the present value is from.
    std::string owner = here;
    while (!sources_.contains(owner) && owner.find('.') != std::string::npos) {
      owner.resize(owner.rfind('.'));
    }
    fail(Trouble::merge, fmt::format("cannot redefine '{}' from '{}' as it already exists in '{}'",
                                     here, source, sources_[owner]));
  }
}

const yaml::Value& Context::select(const std::vector<std::string>& parts) {
  const auto missing = [&] {
    fail(Trouble::missing, fmt::format("Could not find '{}'", expcore::join(parts, ".")));
  };
  const bool temporary = overlay_.contains(parts.front());
  const yaml::Value* value = temporary ? overlay_.find(parts.front()) : values_.find(parts.front());
  for (std::size_t i = 1; value != nullptr && i < parts.size(); ++i) {
    const std::string& part = parts[i];
    if (value->is_map()) {
      value = value->find(part);
    } else if (value->is_list()) {
      std::int64_t index = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
      const auto size = static_cast<std::int64_t>(value->list().size());
      if (index < 0) index += size;
      const bool valid =
          error == std::errc() && end == part.data() + part.size() && index >= 0 && index < size;
      value = valid ? &value->list()[static_cast<std::size_t>(index)] : nullptr;
    } else {
      value = nullptr;
    }
  }
  if (value == nullptr) missing();
  if (temporary) {
    track_origin(parts, *value);
  } else {
    track(parts, *value);
  }
  return *value;
}

void Context::track_origin(std::vector<std::string> parts, const yaml::Value& value) {
  std::vector<std::string> within;  // last first
  while (!parts.empty()) {
    if (const auto origin = origins_.find(expcore::join(parts, ".")); origin != origins_.end()) {
      std::vector<std::string> variable = origin->second;
      variable.insert(variable.end(), within.rbegin(), within.rend());
      track(variable, value);
      return;
    }
    within.push_back(std::move(parts.back()));
    parts.pop_back();
  }
}

void Context::track(const std::vector<std::string>& parts, const yaml::Value& value) {
  if (value.is_map()) return;
  std::string owner = expcore::join(parts, ".");
  const std::string key = owner;
  while (!sources_.contains(owner) && owner.find('.') != std::string::npos) {
    owner.resize(owner.rfind('.'));
  }
  const auto source = sources_.find(owner);
  if (source == sources_.end() || source->second.find("vars[") != std::string::npos) return;
  tracked_[source->second].set(key, value);
}

}  // namespace expcore::templating
