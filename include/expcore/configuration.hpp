#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <expcore/export.hpp>
#include <expcore/project.hpp>

namespace expcore {

/// Where an option is set, weakest first. The values are those of `exp_config_level` in exp.h.
enum class ConfigLevel : std::int32_t {
  merged = 0,   ///< Reading: all levels. Writing: the project's.
  system = 1,   ///< $DVC_SYSTEM_CONFIG_DIR, $XDG_CONFIG_DIRS/dvc or /etc/xdg/dvc.
  global = 2,   ///< $DVC_GLOBAL_CONFIG_DIR, $XDG_CONFIG_HOME/dvc or ~/.config/dvc.
  project = 3,  ///< .dvc/config.
  local = 4,    ///< .dvc/config.local.
};

/// An option that is set.
struct ConfigEntry {
  std::string key;     ///< "core.remote", "remote.store.url".
  std::string value;   ///< Paths are absolute; a list as "['a', 'b']".
  std::string origin;  ///< The file, relative to the project's root for files of the project.
};

/// A remote of the configuration.
struct RemoteEntry {
  std::string name;         ///< As commands and `core.remote` name it.
  std::string url;          ///< As it is set; paths are absolute.
  bool is_default = false;  ///< Whether `core.remote` names it.
};

/// The options of a project, or outside of one those of user and machine.
///
/// Files are changed in place (comments and order stay), checked as a whole before, and replaced
/// at once. Relative paths are taken from the directory and stored relative to the file.
/// Every function throws Error{config} "configuration error - config file error: …" for what is
/// not allowed, in DVC's words. Behaviour: DVC dvc/config.py, docs/formats/config.md.
/// Thread safety: thread-compatible.
class EXPCORE_API Configuration {
 public:
  /// `environment`: nullopt takes a copy of this process's.
  static Configuration open(const std::filesystem::path& directory = ".",
                            std::optional<Environment> environment = std::nullopt);
  /// What was moved from may only be assigned to or destroyed.
  Configuration(Configuration&&) noexcept;
  /// As above.
  Configuration& operator=(Configuration&&) noexcept;
  ~Configuration();

  /// Every option that is set, level by level.
  std::vector<ConfigEntry> list(ConfigLevel level = ConfigLevel::merged) const;
  /// nullopt when unset. Throws when `level` names one level and it is not set there.
  std::optional<ConfigEntry> get(const std::string& key,
                                 ConfigLevel level = ConfigLevel::merged) const;
  /// Sets an option, whether or not it has a value there.
  void set(const std::string& key, const std::string& value,
           ConfigLevel level = ConfigLevel::merged);
  /// Throws when it is not set there.
  void unset(const std::string& key, ConfigLevel level = ConfigLevel::merged);

  /// The folder of the cache, absolute; at one level only what is set there (else it throws).
  std::string cache_dir(ConfigLevel level = ConfigLevel::merged) const;

  /// In the order in which they are first set; none is no error.
  std::vector<RemoteEntry> remotes(ConfigLevel level = ConfigLevel::merged) const;
  /// `overwrite`: an existing remote of that name is replaced instead of refused.
  void add_remote(const std::string& name, const std::string& url, bool make_default = false,
                  bool overwrite = false, ConfigLevel level = ConfigLevel::merged);
  /// Sets an option of a remote; nullopt unsets it.
  void modify_remote(const std::string& name, const std::string& option,
                     const std::optional<std::string>& value,
                     ConfigLevel level = ConfigLevel::merged);
  /// And what refers to it as the default, at this level and stronger ones.
  void remove_remote(const std::string& name, ConfigLevel level = ConfigLevel::merged);
  /// Where it is the default it stays so. Throws without a remote `name` and when there is a
  /// `new_name`.
  void rename_remote(const std::string& name, const std::string& new_name,
                     ConfigLevel level = ConfigLevel::merged);
  /// nullopt when there is none.
  std::optional<std::string> default_remote(ConfigLevel level = ConfigLevel::merged) const;
  /// nullopt unsets it.
  void set_default_remote(const std::optional<std::string>& name,
                          ConfigLevel level = ConfigLevel::merged);

 private:
  struct Impl;
  explicit Configuration(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore
