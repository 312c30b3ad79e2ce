#include "plots/datapoints.hpp"

#include <algorithm>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::plots {
namespace {

constexpr const char* index_column = "step";
constexpr const char* inferred_x = "dvc_inferred_x_value";
constexpr const char* inferred_y = "dvc_inferred_y_value";

[[noreturn]] void fail(const std::string& message, const char* type) {
  throw Error(Errc::invalid_argument, message).with_details(type);
}

/// Every list in the values of maps, depth first; a list alone is itself.
template <typename Visit>
void for_each_list(const yaml::Value& value, const Visit& visit) {
  if (value.is_list()) {
    visit(value.list());
    return;
  }
  if (!value.is_map()) {
    fail(fmt::format("'{}' object has no attribute 'values'", python_type(value)),
         "AttributeError");
  }
  for (const auto& member : value.map()) {
    if (member.value.is_list()) {
      visit(member.value.list());
    } else if (member.value.is_map()) {
      for_each_list(member.value, visit);
    }
  }
}

bool all_maps(const yaml::List& list) {
  return std::all_of(list.begin(), list.end(), [](const yaml::Value& v) { return v.is_map(); });
}

[[noreturn]] void fail_empty_list() {
  fail("'NoneType' object has no attribute 'keys'", "AttributeError");
}

/// Whether the first row has every key that any row has.
bool are_datapoints(const yaml::List& list) {
  if (!all_maps(list)) return false;
  if (list.empty()) fail_empty_list();
  const auto& first = list.front().map();
  for (const auto& row : list) {
    const auto& map = row.map();
    const auto* known = first.begin();
    for (const auto& member : map) {
      // Rows usually have the same keys in the same order.
      if (known != first.end() && known->key.is_string() && member.key.is_string() &&
          known->key.string() == member.key.string()) {
        ++known;
        continue;
      }
      if (first.find_key(member.key) == nullptr) return false;
    }
  }
  return true;
}

/// Lists of rows, zipped together by their place.
std::vector<yaml::Map> rows_of(const FileData& data) {
  std::vector<yaml::Map> rows;
  for_each_list(*data.value, [&](const yaml::List& list) {
    if (!are_datapoints(list)) return;
    if (rows.empty()) {
      rows.reserve(list.size());
      for (const auto& row : list) {
        if (data.is_last_use) {
          rows.push_back(std::move(const_cast<yaml::Value&>(row).map()));
        } else {
          rows.push_back(row.map());
        }
      }
      return;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i == rows.size()) rows.emplace_back();
      for (const auto& [key, value] : list[i].map())
        rows[i].set(key, value);
    }
  });
  if (data.is_last_use) *data.value = yaml::Null();
  return rows;
}

/// The last key of the first row of the first list of rows.
std::optional<std::string> last_field(const yaml::Value& content) {
  std::optional<std::string> field;
  bool done = false;
  for_each_list(content, [&](const yaml::List& list) {
    if (done || !all_maps(list)) return;
    if (list.empty()) fail_empty_list();
    done = true;
    const auto& first = list.front().map();
    if (first.empty()) return;
    const auto& key = (first.end() - 1)->key;
    if (key.is_string()) field = key.string();
  });
  return field;
}

std::vector<SourceField> fields_of(const yaml::Map& files) {
  std::vector<SourceField> fields;
  for (const auto& [file, value] : files) {
    if (value.is_string()) {
      fields.push_back({python_str(file), value.string()});
    } else if (value.is_list()) {
      for (const auto& field : value.list())
        fields.push_back({python_str(file), python_str(field)});
    }
  }
  return fields;
}

/// One axis: which fields of which files, and its label.
struct Axis {
  std::vector<SourceField> fields;
  std::optional<std::string> label;
};

std::size_t distinct_fields(const std::vector<SourceField>& fields) {
  std::set<std::string_view> names;
  for (const auto& field : fields)
    names.insert(field.field);
  return names.size();
}

std::optional<std::string> text_of(const yaml::Map& props, const char* name) {
  const auto* value = props.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return python_str(*value);
}

Axis x_axis(const std::string& plot_id, const yaml::Map& props) {
  Axis axis;
  const auto* x = props.find("x");
  const auto* y = props.find("y");
  if (x != nullptr && x->is_map()) {
    axis.fields = fields_of(x->map());
  } else if (x != nullptr && x->is_string()) {
    if (y != nullptr && y->is_map()) {
      axis.fields = fields_of(y->map());
      for (auto& field : axis.fields)
        field.field = x->string();
    } else {
      axis.fields.push_back({plot_id, x->string()});
    }
  }
  axis.label = text_of(props, "x_label");
  if (axis.label) return axis;
  const bool has_files = x != nullptr && (x->is_map() || x->is_string());
  if (!has_files) {
    axis.label = index_column;
  } else {
    axis.label = distinct_fields(axis.fields) == 1 ? axis.fields.front().field : "x";
  }
  return axis;
}

Axis y_axis(const std::string& plot_id, const yaml::Map& props, const SourceData& data) {
  Axis axis;
  const auto* y = props.find("y");
  bool is_known = true;
  if (y == nullptr || y->is_null()) {
    const auto found = data.find(plot_id);
    is_known = false;
    if (found != data.end()) {
      if (const auto field = last_field(*found->second.value)) {
        axis.fields.push_back({plot_id, *field});
        is_known = true;
      }
    }
  } else if (y->is_map()) {
    axis.fields = fields_of(y->map());
  } else {
    yaml::Map files;
    files.set(plot_id, *y);
    axis.fields = fields_of(files);
  }
  axis.label = text_of(props, "y_label");
  if (!axis.label && is_known) {
    axis.label = distinct_fields(axis.fields) == 1 ? axis.fields.front().field : "y";
  }
  return axis;
}

using FileRows = std::map<std::string, std::vector<yaml::Map>>;

void check_fields(const std::vector<SourceField>& fields, const FileRows& rows) {
  for (const auto& [file, field] : fields) {
    const auto found = rows.find(file);
    if (found == rows.end()) continue;
    if (found->second.empty()) {
      fail("argument of type 'NoneType' is not iterable", "TypeError");
    }
    const auto& first = found->second.front();
    if (first.contains(field)) continue;
    std::vector<std::string> names;
    for (const auto& member : first)
      names.push_back(python_str(member.key));
    fail(fmt::format("Could not find provided field ('{}') in data fields ('{}').", field,
                     join(names, ", ")),
         "FieldNotFoundError");
  }
}

/// How many characters all files have in common at their beginning, whole folders only.
std::size_t common_prefix(const std::set<std::string>& files) {
  if (files.size() < 2) return 0;
  const auto parts = split(*files.begin(), '/');
  std::size_t shared = parts.size();
  for (const auto& file : files) {
    const auto other = split(file, '/');
    std::size_t same = 0;
    while (same < std::min(shared, other.size()) && other[same] == parts[same])
      ++same;
    shared = same;
  }
  std::size_t length = 0;
  for (std::size_t i = 0; i < shared; ++i)
    length += parts[i].size() + (i > 0 ? 1 : 0);
  return length;
}

std::string short_name(const std::string& file, std::size_t prefix) {
  const std::string rest = file.substr(std::min(prefix, file.size()));
  const auto first = rest.find_first_not_of("/\\");
  if (first == std::string::npos) return "";
  return rest.substr(first, rest.find_last_not_of("/\\") - first + 1);
}

/// Copies a column of `from` (rows of the same number) to `name`.
void add_column(std::vector<yaml::Map>& rows, const std::string& name,
                const std::vector<yaml::Map>& from, const std::string& field) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto* value = from[i].find(field);
    if (value == nullptr || (&from == &rows && name == field)) continue;
    const yaml::Value copy = *value;
    rows[i].set(name, copy);
  }
}

}  // namespace

Datapoints make_datapoints(const std::string& plot_id, const yaml::Map& props,
                           const SourceData& data, const std::string& rev) {
  const Axis x = x_axis(plot_id, props);
  const Axis y = y_axis(plot_id, props, data);
  FileRows files;
  for (const auto& [file, content] : data)
    files.emplace(file, rows_of(content));
  check_fields(x.fields, files);
  check_fields(y.fields, files);
  if (x.fields.size() > 1 && x.fields.size() != y.fields.size()) {
    fail(fmt::format("Cannot have different number of x and y data sources. Found {} x and {} y "
                     "data sources.",
                     x.fields.size(), y.fields.size()),
         "DvcException");
  }
  const bool several_x = x.fields.size() > 1 && distinct_fields(x.fields) > 1;
  const bool several_y = distinct_fields(y.fields) > 1;
  Datapoints result;
  result.x = several_x ? inferred_x : x.fields.empty() ? index_column : x.fields.front().field;
  if (several_y) {
    result.y = inferred_y;
  } else if (!y.fields.empty()) {
    result.y = y.fields.front().field;
  }
  result.x_label = x.label;
  result.y_label = y.label;
  std::set<std::string> y_files;
  for (const auto& field : y.fields)
    y_files.insert(field.file);
  const std::size_t prefix = common_prefix(y_files);
  for (std::size_t i = 0; i < y.fields.size(); ++i) {
    const auto& [file, field] = y.fields[i];
    result.y_sources.push_back({short_name(file, prefix), field});
    const auto found = files.find(file);
    std::vector<yaml::Map> rows;
    // Nobody else needs the rows of a file that is the only source of both axes.
    const bool is_last = y.fields.size() == 1 && (x.fields.empty() || x.fields[0].file == file);
    if (found != files.end()) rows = is_last ? std::move(found->second) : found->second;
    if (several_y) add_column(rows, inferred_y, rows, field);
    if (x.fields.empty()) {
      for (std::size_t k = 0; k < rows.size(); ++k)
        rows[k].set(index_column, static_cast<std::int64_t>(k));
    } else {
      const auto& source = x.fields[x.fields.size() > 1 ? i : 0];
      const auto other = files.find(source.file);
      const auto* x_rows = is_last ? &rows : other == files.end() ? nullptr : &other->second;
      const std::size_t count = x_rows == nullptr ? 0 : x_rows->size();
      if (count != rows.size()) {
        fail(fmt::format("Cannot join '{}' from '{}' and '{}' from '{}'. They have to have same "
                         "length.",
                         source.field, source.file, field, file),
             "DvcException");
      }
      if (count > 0) {
        add_column(rows, several_x ? inferred_x : source.field, *x_rows, source.field);
      }
    }
    result.rows.reserve(result.rows.size() + rows.size());
    for (auto& row : rows) {
      row.set("rev", rev);
      row.set("filename", result.y_sources.back().file);
      row.set("field", field);
      result.rows.push_back(std::move(row));
    }
  }
  return result;
}

}  // namespace expcore::plots
