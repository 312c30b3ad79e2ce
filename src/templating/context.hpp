#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/value.hpp"

namespace expcore::templating {

/// How files that `vars` names are reached; the work tree or a revision.
struct Files {
  std::function<std::optional<std::string>(const std::string& path)> read;
  std::function<bool(const std::string& path)> is_directory;
};

/// What went wrong with variables; how DVC frames the message depends on it.
enum class Trouble : unsigned char {
  other,    ///< The message follows the preamble on its line.
  merge,    ///< Two sources give one key: on a line of its own.
  loaded,   ///< A file is loaded twice: on a line of its own.
  missing,  ///< A key that is not there.
};

/// Thrown inside this module only.
struct ContextProblem {
  Trouble trouble = Trouble::other;
  std::string message;
};

/// The variables that templates see, with where each came from.
/// Source: DVC dvc/parsing/context.py.
/// Thread safety: a value.
class Context {
 public:
  /// Merges a file: `item` is "path[:key,key]", relative to `directory`; `shown_directory` is how
  /// messages name that.
  void load_file(const Files& files, const std::string& item, const std::string& directory,
                 const std::string& shown_directory);
  /// Merges inline values; `source` is "vars[0]" or "stage.vars[0]".
  void load_inline(const yaml::Value& values, const std::string& source);

  /// The value at `parts`; throws ContextProblem{missing} "Could not find 'a.b'". Records values
  /// from files in `tracked()`.
  const yaml::Value& select(const std::vector<std::string>& parts);
  bool contains(std::string_view key) const {
    return values_.contains(key) || overlay_.contains(key);
  }

  /// Which variables the values of an overlay are: dotted path in the overlay -> parts.
  using Origins = std::map<std::string, std::vector<std::string>>;

  /// Values above all others, which `vars` may not touch: `item` and `key`. Those with an origin
  /// are tracked as the variables they are.
  void set_overlay(yaml::Map overlay, Origins origins = {}) {
    overlay_ = std::move(overlay);
    origins_ = std::move(origins);
  }

  /// File -> dotted key -> value, of what select() gave from files.
  const std::map<std::string, yaml::Map>& tracked() const { return tracked_; }
  void forget_tracked() { tracked_.clear(); }

 private:
  void merge(yaml::Map& into, const yaml::Map& from, const std::string& source,
             const std::string& path);
  void track(const std::vector<std::string>& parts, const yaml::Value& value);
  void track_origin(std::vector<std::string> parts, const yaml::Value& value);

  yaml::Map values_;
  yaml::Map overlay_;
  Origins origins_;
  std::map<std::string, std::string> sources_;  ///< Dotted path of a leaf or list -> source.
  /// Loaded files: the keys taken, nullopt for the whole file.
  std::map<std::string, std::optional<std::vector<std::string>>> imports_;
  std::map<std::string, yaml::Map> tracked_;
};

}  // namespace expcore::templating
