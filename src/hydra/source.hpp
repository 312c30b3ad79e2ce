#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "omegaconf/tree.hpp"

/// Where Hydra configs come from: a search path of folders with YAML files.
/// Source: hydra config_repository.py, file_config_source.py, config_source.py.
namespace expcore::hydra {

/// An entry of a defaults list, and the choices made for it. Source: hydra default_element.py.
struct Default {
  bool is_group = false;             ///< `group: option` rather than `path/name`.
  std::string path;                  ///< Of the config, or the group; may begin with '/'.
  std::optional<std::string> value;  ///< The option; nullopt for null.
  std::vector<std::string> options;  ///< Of a list of options.
  bool has_options = false;
  std::optional<std::string> package;  ///< Behind '@'.
  bool optional = false;
  bool is_override = false;
  bool external = false;  ///< Appended by `+group=option`.
  bool primary = false;

  std::string base_dir;        ///< Folder of the config it stands in.
  std::string parent_package;  ///< Final package of that config.
  std::optional<std::string> package_header;
  bool deleted = false;

  bool is_self() const { return is_group ? value == "_self_" : path == "_self_"; }
  bool is_missing() const { return name() == "???"; }
  bool is_interpolation() const;
  /// Last part of the path, or the option; nullopt for null.
  std::optional<std::string> name() const;
  std::string group_path() const;
  std::string config_path() const;
  std::string default_package() const;
  std::string final_package(bool use_header = true) const;
  /// What chooses or deletes it: "group" or "group@package".
  std::string override_key() const;
  /// Places it below a config and settles `_group_` in its package.
  void set_parent(const std::string& folder, const std::string& package_of_parent);
};

/// A config file, read.
struct Config {
  omegaconf::Node* content = nullptr;  ///< Without its defaults list.
  std::vector<Default> defaults;
  std::optional<std::string> package;  ///< `# @package …`.
};

/// Finds and reads configs; each file once. Thread safety: confined.
class Repository {
 public:
  /// Relative folders are taken against `cwd`.
  Repository(omegaconf::Tree& tree, std::string cwd);

  /// Appends a folder ("file://dir" or a path) or another source, which has nothing in it here.
  void append(const std::string& provider, const std::string& path);

  bool main_available() const;
  bool group_exists(const std::string& group) const;
  bool config_exists(const std::string& path) const;
  /// nullptr when no source has it. Throws: Error{parse} naming the file.
  const Config* load(const std::string& path);
  /// Names of the configs in a group, sorted.
  std::vector<std::string> options(const std::string& group) const;
  /// "\tprovider=main, path=file:///…" for each source.
  std::string search_path() const;
  /// Sources that are not there, as Hydra warns about them.
  std::vector<std::string> unavailable() const;

 private:
  struct Source {
    std::string provider;
    std::string path;    ///< As shown, with its scheme.
    std::string folder;  ///< "" when it is no folder.
  };
  std::string file_of(const std::string& path) const;
  Config read(const std::string& file, const std::string& path);

  omegaconf::Tree& tree_;
  std::string cwd_;
  std::vector<Source> sources_;
  std::map<std::string, std::optional<Config>> loaded_;
};

}  // namespace expcore::hydra
