#include "metrics/diff.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <expcore/error.hpp>

#include "fs/path.hpp"
#include "yaml/reader.hpp"

namespace expcore::metrics {
namespace {

constexpr const char* unparsable = "unable to parse";

bool is_number(const yaml::Value& value) {
  using Kind = yaml::Value::Kind;
  return value.kind() == Kind::boolean || value.kind() == Kind::integer ||
         value.kind() == Kind::big_integer || value.kind() == Kind::real;
}

bool is_whole(const yaml::Value& value) { return value.is_boolean() || value.is_integer(); }

std::int64_t whole(const yaml::Value& value) {
  return value.is_boolean() ? static_cast<std::int64_t>(value.boolean()) : value.integer();
}

double as_real(const yaml::Value& value) {
  if (value.is_real()) return value.real();
  if (is_whole(value)) return static_cast<double>(whole(value));
  return std::strtod(value.big_integer().c_str(), nullptr);
}

/// Digits of |a| - |b| where |a| >= |b|; decimal texts without sign.
std::string subtract_digits(const std::string& a, const std::string& b) {
  std::string result = a;
  int borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int top = a[a.size() - 1 - i] - '0';
    const int bottom = i < b.size() ? b[b.size() - 1 - i] - '0' : 0;
    int digit = top - bottom - borrow;
    borrow = digit < 0 ? 1 : 0;
    digit += borrow * 10;
    result[a.size() - 1 - i] = static_cast<char>('0' + digit);
  }
  const auto first = result.find_first_not_of('0');
  return first == std::string::npos ? "0" : result.substr(first);
}

std::string add_digits(const std::string& a, const std::string& b) {
  std::string result;
  int carry = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()) || carry > 0; ++i) {
    int sum = carry;
    if (i < a.size()) sum += a[a.size() - 1 - i] - '0';
    if (i < b.size()) sum += b[b.size() - 1 - i] - '0';
    result += static_cast<char>('0' + sum % 10);
    carry = sum / 10;
  }
  std::reverse(result.begin(), result.end());
  return result;
}

bool shorter_or_less(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

/// a - b of integers of any size.
yaml::Value subtract_whole(const yaml::Value& a, const yaml::Value& b) {
  if (is_whole(a) && is_whole(b)) {
    std::int64_t result = 0;
    if (!__builtin_sub_overflow(whole(a), whole(b), &result)) return result;
  }
  const auto digits_of = [](const yaml::Value& value) {
    return is_whole(value) ? std::to_string(whole(value)) : value.big_integer();
  };
  std::string left = digits_of(a);
  std::string right = digits_of(b);
  const bool left_negative = left.starts_with('-');
  const bool right_negative = right.starts_with('-');
  if (left_negative) left.erase(0, 1);
  if (right_negative) right.erase(0, 1);
  std::string magnitude;
  bool negative = false;
  if (left_negative != right_negative) {
    magnitude = add_digits(left, right);
    negative = left_negative;
  } else if (shorter_or_less(left, right)) {
    magnitude = subtract_digits(right, left);
    negative = !left_negative;
  } else {
    magnitude = subtract_digits(left, right);
    negative = left_negative;
  }
  return yaml::parse_json((negative && magnitude != "0" ? "-" : "") + magnitude);
}

std::optional<yaml::Value> difference(const yaml::Value& old_value, const yaml::Value& new_value) {
  if (!is_number(old_value) || !is_number(new_value)) return std::nullopt;
  if (old_value.is_real() || new_value.is_real()) return as_real(new_value) - as_real(old_value);
  return subtract_whole(new_value, old_value);
}

std::optional<Change> compare_scalars(const std::string& key, const yaml::Value& old_value,
                                      const yaml::Value& new_value, bool with_unchanged) {
  if (old_value.is_list() && new_value.is_list() && old_value.list().size() == 1 &&
      new_value.list().size() == 1) {
    return compare_scalars(key, old_value.list()[0], new_value.list()[0], with_unchanged);
  }
  if (!with_unchanged && python_equal(old_value, new_value)) return std::nullopt;
  return Change{key, old_value, new_value, difference(old_value, new_value)};
}

/// What `data` has where the other side has a key and it has none.
yaml::Value absent(const yaml::Value& data) {
  const bool is_false = data.is_null() || (is_number(data) && as_real(data) == 0) ||
                        (data.is_list() && data.list().empty());
  return data.is_map() || is_false ? yaml::Value() : yaml::Value(unparsable);
}

/// A document that is a text may hold JSON, as DVC reads it.
yaml::Value parsed(const yaml::Value& data) {
  if (!data.is_string()) return data;
  try {
    return yaml::parse_json(data.string());
  } catch (const Error&) {
    return data;
  }
}

std::vector<Change> compare_maps(const yaml::Value& old_data, const yaml::Value& new_data,
                                 bool with_unchanged) {
  std::map<std::string, std::pair<yaml::Value, yaml::Value>> values;
  const yaml::Value no_old = absent(old_data);
  const yaml::Value no_new = absent(new_data);
  for (auto& [key, value] : flatten_checked(old_data))
    values[key] = {std::move(value), no_new};
  for (auto& [key, value] : flatten_checked(new_data))
    values.try_emplace(key, no_old, no_new).first->second.second = std::move(value);
  std::vector<Change> changes;
  for (const auto& [key, sides] : values) {
    auto change = compare_scalars(key, sides.first, sides.second, with_unchanged);
    if (change) changes.push_back(std::move(*change));
  }
  return changes;
}

const RevisionResult* find_revision(const std::vector<RevisionResult>& results,
                                    const std::string& name) {
  for (const auto& result : results) {
    if (result.name == name) return &result;
  }
  return nullptr;
}

std::string shown_path(const pipeline::Workspace& workspace, const FileChanges& file) {
  return fs::relative(fs::absolute(workspace.root, file.path), workspace.directory);
}

}  // namespace

std::vector<Change> compare_values(const yaml::Value& old_data, const yaml::Value& new_data,
                                   bool with_unchanged) {
  const yaml::Value old_value = parsed(with_lists_as_text(old_data));
  const yaml::Value new_value = parsed(with_lists_as_text(new_data));
  if (old_value.is_map() || new_value.is_map()) {
    return compare_maps(old_value, new_value, with_unchanged);
  }
  std::vector<Change> changes;
  auto change = compare_scalars("", old_value, new_value, with_unchanged);
  if (change) changes.push_back(std::move(*change));
  return changes;
}

Comparison compare(pipeline::Workspace& workspace, const DiffRequest& request) {
  Comparison comparison;
  if (!workspace.repo) {
    throw Error(Errc::git,
                "Only supported for Git repositories. If you're seeing this error in a Git repo, "
                "try updating the DVC configuration with `dvc config core.no_scm false`.");
  }
  if (!workspace.repo->head()) return comparison;
  ReadRequest read = request.read;
  read.revisions = {};
  read.revisions.revs = {request.a_rev, request.b_rev};
  const auto results = read_revisions(workspace, read);
  // Two names of one commit are one revision under a joined name: there is nothing to compare.
  const auto* old_side = find_revision(results, request.a_rev);
  const auto* new_side = find_revision(results, request.b_rev);
  std::map<std::string, std::pair<yaml::Value, yaml::Value>> files;
  const auto add = [&](const RevisionResult* side, auto member) {
    if (side == nullptr) return;
    if (side->has_error() &&
        (comparison.errored.empty() || comparison.errored.back() != side->name)) {
      comparison.errored.push_back(side->name);
    }
    for (const auto& file : side->files) {
      auto& pair = files.try_emplace(file.path, yaml::Map(), yaml::Map()).first->second;
      if (!file.error) pair.*member = file.data;
    }
  };
  using Pair = std::pair<yaml::Value, yaml::Value>;
  add(old_side, &Pair::first);
  add(new_side, &Pair::second);
  for (const auto& [path, sides] : files) {
    auto changes = compare_values(sides.first, sides.second, request.all);
    if (!changes.empty()) comparison.files.push_back({path, std::move(changes)});
  }
  return comparison;
}

yaml::Value diff_value(const pipeline::Workspace& workspace, const Comparison& comparison) {
  yaml::Map files;
  for (const auto& file : comparison.files) {
    yaml::Map changes;
    for (const auto& change : file.changes) {
      yaml::Map sides;
      sides.append("old", change.old_value);
      sides.append("new", change.new_value);
      if (change.difference) sides.append("diff", *change.difference);
      changes.append(change.key, std::move(sides));
    }
    files.append(shown_path(workspace, file), std::move(changes));
  }
  return files;
}

Table diff_table(const pipeline::Workspace& workspace, const Comparison& comparison,
                 const DiffTableOptions& options) {
  constexpr const char* missing = "-";
  Table table;
  table.headers = {"Path", options.title, options.a_rev, options.b_rev, "Change"};
  const std::optional<int> precision =
      options.precision == 0 ? std::nullopt : std::optional(options.precision);
  const auto cell = [&](const yaml::Value& value) {
    return value.is_null() ? missing : format_field(value, precision, Digits::decimals);
  };
  for (const auto& file : comparison.files) {
    for (const auto& change : file.changes) {
      table.rows.push_back({shown_path(workspace, file), change.key, cell(change.old_value),
                            cell(change.new_value),
                            change.difference ? cell(*change.difference) : missing});
    }
  }
  if (options.no_path) table.drop("Path");
  if (!options.show_changes) table.drop("Change");
  return table;
}

}  // namespace expcore::metrics
