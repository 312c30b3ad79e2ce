#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <expcore/configuration.hpp>

#include "boundary.hpp"

namespace capi = expcore::capi;
using expcore::ConfigEntry;
using expcore::ConfigLevel;
using expcore::Configuration;
using expcore::RemoteEntry;

struct exp_config {
  Configuration configuration;
};

struct exp_config_entries {
  explicit exp_config_entries(std::vector<ConfigEntry> given) : entries(std::move(given)) {
    for (const auto& entry : entries) {
      natives.push_back(
          {sizeof(exp_config_entry), entry.key.c_str(), entry.value.c_str(), entry.origin.c_str()});
    }
  }

  std::vector<ConfigEntry> entries;  // own the texts
  std::vector<exp_config_entry> natives;
};

struct exp_remotes {
  explicit exp_remotes(std::vector<RemoteEntry> given) : remotes(std::move(given)) {
    for (const auto& remote : remotes) {
      natives.push_back({sizeof(exp_remote), remote.name.c_str(), remote.url.c_str(),
                         remote.is_default ? 1 : 0, 0});
    }
  }

  std::vector<RemoteEntry> remotes;  // own the texts
  std::vector<exp_remote> natives;
};

namespace {

const Configuration& of(const exp_config* config) {
  return capi::require(config, "config").configuration;
}
Configuration& of(exp_config* config) { return capi::require(config, "config").configuration; }

ConfigLevel to_level(int32_t level) {
  if (level < EXP_CONFIG_MERGED || level > EXP_CONFIG_LOCAL) {
    throw expcore::Error(expcore::Errc::invalid_argument, "level not known to this version");
  }
  return static_cast<ConfigLevel>(level);
}

std::optional<std::string> optional_text(const char* text) {
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

char* copy_optional(const std::optional<std::string>& text) {
  return text ? capi::copy_text(*text) : nullptr;
}

}  // namespace

extern "C" {

exp_status exp_config_open(exp_config** out_config, const char* directory, exp_error** out_error) {
  if (out_config != nullptr) *out_config = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_config, "out_config");
    out = new exp_config{Configuration::open(directory == nullptr ? "." : directory)};
  });
}
void exp_config_free(exp_config* config) { delete config; }

exp_status exp_config_list(exp_config_entries** out_entries, const exp_config* config,
                           int32_t level, exp_error** out_error) {
  if (out_entries != nullptr) *out_entries = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_entries, "out_entries");
    out = new exp_config_entries(of(config).list(to_level(level)));
  });
}
void exp_config_entries_free(exp_config_entries* entries) { delete entries; }
size_t exp_config_entries_count(const exp_config_entries* entries) {
  return entries == nullptr ? 0 : entries->entries.size();
}
const exp_config_entry* exp_config_entries_get(const exp_config_entries* entries, size_t index) {
  return index < exp_config_entries_count(entries) ? &entries->natives[index] : nullptr;
}

exp_status exp_config_get(char** out_value, const exp_config* config, const char* key,
                          int32_t level, exp_error** out_error) {
  if (out_value != nullptr) *out_value = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_value, "out_value");
    const auto found = of(config).get(&capi::require(key, "key"), to_level(level));
    if (found) out = capi::copy_text(found->value);
  });
}

exp_status exp_config_set(exp_config* config, const char* key, const char* value, int32_t level,
                          exp_error** out_error) {
  return capi::guard(out_error, [&] {
    const char* name = &capi::require(key, "key");
    if (value == nullptr) {
      of(config).unset(name, to_level(level));
    } else {
      of(config).set(name, value, to_level(level));
    }
  });
}

exp_status exp_config_cache_dir(char** out_path, const exp_config* config, int32_t level,
                                exp_error** out_error) {
  if (out_path != nullptr) *out_path = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_path, "out_path");
    out = capi::copy_text(of(config).cache_dir(to_level(level)));
  });
}

exp_status exp_config_remotes(exp_remotes** out_remotes, const exp_config* config, int32_t level,
                              exp_error** out_error) {
  if (out_remotes != nullptr) *out_remotes = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_remotes, "out_remotes");
    out = new exp_remotes(of(config).remotes(to_level(level)));
  });
}
void exp_remotes_free(exp_remotes* remotes) { delete remotes; }
size_t exp_remotes_count(const exp_remotes* remotes) {
  return remotes == nullptr ? 0 : remotes->remotes.size();
}
const exp_remote* exp_remotes_get(const exp_remotes* remotes, size_t index) {
  return index < exp_remotes_count(remotes) ? &remotes->natives[index] : nullptr;
}

exp_status exp_config_add_remote(exp_config* config, const char* name, const char* url,
                                 int32_t level, uint32_t flags, exp_error** out_error) {
  return capi::guard(out_error, [&] {
    capi::check_flags(flags, EXP_REMOTE_DEFAULT | EXP_REMOTE_FORCE);
    of(config).add_remote(&capi::require(name, "name"), &capi::require(url, "url"),
                          (flags & EXP_REMOTE_DEFAULT) != 0, (flags & EXP_REMOTE_FORCE) != 0,
                          to_level(level));
  });
}

exp_status exp_config_modify_remote(exp_config* config, const char* name, const char* option,
                                    const char* value, int32_t level, exp_error** out_error) {
  return capi::guard(out_error, [&] {
    of(config).modify_remote(&capi::require(name, "name"), &capi::require(option, "option"),
                             optional_text(value), to_level(level));
  });
}

exp_status exp_config_remove_remote(exp_config* config, const char* name, int32_t level,
                                    exp_error** out_error) {
  return capi::guard(
      out_error, [&] { of(config).remove_remote(&capi::require(name, "name"), to_level(level)); });
}

exp_status exp_config_rename_remote(exp_config* config, const char* name, const char* new_name,
                                    int32_t level, exp_error** out_error) {
  return capi::guard(out_error, [&] {
    of(config).rename_remote(&capi::require(name, "name"), &capi::require(new_name, "new_name"),
                             to_level(level));
  });
}

exp_status exp_config_default_remote(char** out_name, const exp_config* config, int32_t level,
                                     exp_error** out_error) {
  if (out_name != nullptr) *out_name = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_name, "out_name");
    out = copy_optional(of(config).default_remote(to_level(level)));
  });
}

exp_status exp_config_set_default_remote(exp_config* config, const char* name, int32_t level,
                                         exp_error** out_error) {
  return capi::guard(out_error,
                     [&] { of(config).set_default_remote(optional_text(name), to_level(level)); });
}

}  // extern "C"
