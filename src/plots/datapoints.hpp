#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "yaml/value.hpp"

namespace expcore::plots {

/// Where a plotted value comes from.
struct SourceField {
  std::string file;
  std::string field;
};

/// The rows that a plot draws for one revision and what had to be worked out to get them.
struct Datapoints {
  std::vector<yaml::Map> rows;  ///< Columns of the data, then "rev", "filename", "field".
  std::string x;                ///< The column of the x axis.
  std::optional<std::string> y;
  std::optional<std::string> x_label;
  std::optional<std::string> y_label;
  std::vector<SourceField> y_sources;  ///< Files without what all have in common.
};

/// The data of a file of a plot.
struct FileData {
  yaml::Value* value;
  bool is_last_use = false;  ///< Then its rows are taken rather than copied.
};
/// Those without any data are left out.
using SourceData = std::map<std::string, FileData>;

/// Finds the lists of rows in the data and joins x and y. Source: DVC dvc/render/converter/vega.py.
/// Throws: Error{invalid_argument} in the words of DVC's or Python's errors; details() hold the
/// class.
Datapoints make_datapoints(const std::string& plot_id, const yaml::Map& props,
                           const SourceData& data, const std::string& rev);

}  // namespace expcore::plots
