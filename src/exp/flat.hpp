#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exp/state.hpp"

namespace expcore::exp {

/// The names in a snapshot as the columns of a table have them.
struct FlatNames {
  struct File {
    std::string path;
    bool is_unreadable = false;
    std::vector<std::string> keys;  ///< Dotted; one may come twice.
  };
  std::vector<File> metrics;
  std::vector<File> params;
  std::vector<std::string> deps;
};

/// A snapshot in bytes, its names apart from its values: most experiments of a project have the
/// same names, which are then understood once.
struct FlatSnapshot {
  std::string_view names;
  std::string_view values;

  FlatSnapshot() = default;
  /// Throws std::out_of_range, as each_value(), for bytes that flat_text() did not make.
  explicit FlatSnapshot(std::string_view text);
  FlatNames read_names() const;
  /// The value of each key of the metrics, then of the params, then the hash of each dependency
  /// (null when none is recorded): the bytes of each, for value_of().
  void each_value(const std::function<void(std::string_view)>& visit) const;
  static yaml::Value value_of(std::string_view bytes);
  static bool is_null(std::string_view bytes) { return bytes == std::string_view("\0", 1); }
};

/// Files that hold no map have no names.
std::string flat_text(const Snapshot& snapshot);

}  // namespace expcore::exp
