#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "metrics/show.hpp"

namespace expcore::metrics {

/// A value that two revisions have differently.
struct Change {
  std::string key;        ///< Dotted; "" for a document that is no map.
  yaml::Value old_value;  ///< Null: missing.
  yaml::Value new_value;
  std::optional<yaml::Value> difference;  ///< new - old of numbers.
};

/// What differs in one file.
struct FileChanges {
  std::string path;  ///< Relative to the project.
  std::vector<Change> changes;
};

struct Comparison {
  std::vector<FileChanges> files;    ///< By path.
  std::vector<std::string> errored;  ///< The sides of which something could not be read.
};

/// Compares values as DVC does (flattened, lists as text, Python's ==).
/// `with_unchanged`: what is the same, too. Source: DVC dvc/utils/diff.py.
/// Throws: Error{invalid_argument} "duplicated key …".
std::vector<Change> compare_values(const yaml::Value& old_data, const yaml::Value& new_data,
                                   bool with_unchanged);

struct DiffRequest {
  ReadRequest read;  ///< Its revisions do not matter.
  std::string a_rev = "HEAD";
  std::string b_rev = "workspace";
  bool all = false;  ///< Unchanged values, too.
};

/// `metrics diff`, `params diff`. Nothing before the first commit.
Comparison compare(pipeline::Workspace& workspace, const DiffRequest& request);

/// The JSON of both commands.
yaml::Value diff_value(const pipeline::Workspace& workspace, const Comparison& comparison);

struct DiffTableOptions {
  std::string title = "Metric";
  bool no_path = false;
  bool show_changes = true;
  int precision = 0;  ///< Decimals; 0: whole numbers as they are.
  std::string a_rev = "HEAD";
  std::string b_rev = "workspace";
};

Table diff_table(const pipeline::Workspace& workspace, const Comparison& comparison,
                 const DiffTableOptions& options);

}  // namespace expcore::metrics
