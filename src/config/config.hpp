#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace expcore::config {

/// One parsed INI file in DVC's dialect (ConfigObj): sections with nested `[[sections]]`, quoted
/// values, lists, comments. Section names and keys are lower case. `['remote "x"']` is section path
/// {"remote", "x"}. Format: docs/formats/config.md.
struct Section {
  /// A value is a list when it holds a comma outside quotes; else one element.
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, Section> sections;
  std::vector<std::string> order;  ///< Keys in file order, for writing back.
};

/// Throws: Error{config} "config file error: <problem> at line N." in ConfigObj's words.
Section parse_config(std::string_view text, const std::string& path);

/// The configuration in force: system, global, repo (`.dvc/config`) and local
/// (`.dvc/config.local`), merged, validated against DVC's schema.
/// Thread safety: immutable.
class Config {
 public:
  /// `environment` gives DVC_SYSTEM_CONFIG_DIR, XDG_CONFIG_HOME, HOME, …
  /// Throws: Error{config} "configuration error - config file error: …".
  static Config load(const std::string& dvc_dir,
                     const std::map<std::string, std::string>& environment);

  /// "core.remote", "cache.dir", "remote.store.url". Paths are already resolved against the file
  /// that set them. nullopt when unset.
  std::optional<std::string> get(const std::string& key) const;
  std::vector<std::string> get_list(const std::string& key) const;
  bool get_bool(const std::string& key, bool fallback) const;
  std::vector<std::string> names(const std::string& section) const;  ///< E.g. the remotes.

  /// The cache folder, absolute (default `<dvc_dir>/cache`).
  const std::string& cache_dir() const { return cache_dir_; }
  /// Validated, in order; default {"reflink", "copy"}.
  const std::vector<std::string>& cache_types() const { return cache_types_; }
  /// Warnings found while reading (unsupported `feature.*` keys).
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Section merged_;
  std::string cache_dir_;
  std::vector<std::string> cache_types_;
  std::vector<std::string> warnings_;
};

/// The DVC root that contains `start` (absolute): the nearest folder upwards with a `.dvc` folder.
/// Throws: Error{not_a_project} "you are not inside of a DVC repository (checked up to mount point
/// '<mount>')".
std::string find_root(const std::string& start);

}  // namespace expcore::config
