#pragma once
#include <cstdint>
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

/// Where an option may be set, weakest first. Levels `repo` and `local` need a project.
enum class Level : std::uint8_t { system, global, repo, local };
inline constexpr Level levels[] = {Level::system, Level::global, Level::repo, Level::local};

using Environment = std::map<std::string, std::string>;

/// The file of a level. `dvc_dir` "" outside any project (then "" for its levels).
std::string file_of(Level level, const std::string& dvc_dir, const Environment& environment);

/// What one level's file says, paths resolved against it. Empty when there is no such file.
/// Throws: as Config::load().
Section load_level(Level level, const std::string& dvc_dir, const Environment& environment);

/// Checks what would be in force up to `level` if its file held `text`, as DVC does before it
/// writes. Throws: Error{config} "configuration error - config file error: …".
void check_edit(Level level, std::string_view text, const std::string& dvc_dir,
                const Environment& environment);

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
