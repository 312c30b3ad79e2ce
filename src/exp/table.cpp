#include "exp/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>
#include <regex>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "metrics/format.hpp"

namespace expcore::exp {

using metrics::flatten;
using metrics::format_field;

namespace {

constexpr const char* missing = "-";
constexpr const char* unreadable = "!";
const std::vector<std::string> fixed_headers = {"Experiment", "rev",   "typ",     "Created",
                                                "parent",     "State", "Executor"};

/// A dotted key of one file.
struct Field {
  std::string file;
  std::string key;
  std::string header;
};

using Files = std::vector<FileResult> Snapshot::*;

/// Calls `visit` for the baseline states and, behind each, its experiments' tips.
template <typename Visit>
void for_each_state(const std::vector<State>& states, Visit&& visit) {
  for (const auto& state : states) {
    visit(state);
    for (const auto& range : state.experiments) {
      for (const auto& rev : range.revs)
        visit(rev);
    }
  }
}

std::vector<Field> collect_fields(const std::vector<State>& states, Files files) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> keys;
  std::set<std::pair<std::string, std::string>> seen;
  for_each_state(states, [&](const State& state) {
    if (!state.data) return;
    for (const auto& file : (*state.data).*files) {
      if (!file.error && !file.data.is_map()) continue;
      if (!keys.contains(file.path)) order.push_back(file.path);
      auto& list = keys[file.path];
      if (file.error) continue;
      for (const auto& [key, value] : flatten(file.data)) {
        if (seen.emplace(file.path, key).second) list.push_back(key);
      }
    }
  });
  std::vector<Field> fields;
  for (const auto& file : order) {
    for (const auto& key : keys[file])
      fields.push_back({file, key, key});
  }
  return fields;
}

/// A key that is not unique among all columns is shown with its file.
void name_headers(std::vector<Field>& metrics, std::vector<Field>& params) {
  std::map<std::string, int> count;
  std::map<std::string, std::set<std::string>> files;
  // The same file may hold metrics and params; its key is one name then.
  for (auto* fields : {&metrics, &params}) {
    for (const auto& field : *fields) {
      if (files[field.key].insert(field.file).second) ++count[field.key];
    }
  }
  for (const auto& header : fixed_headers)
    ++count[header];
  for (auto* fields : {&metrics, &params}) {
    for (auto& field : *fields) {
      if (count[field.key] != 1) field.header = field.file + ":" + field.key;
    }
  }
}

const FileResult* find_file(const std::vector<FileResult>& files, const std::string& path) {
  for (const auto& file : files) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

std::optional<yaml::Value> find_value(const FileResult& file, const std::string& key) {
  if (file.error || !file.data.is_map()) return std::nullopt;
  for (auto& [name, value] : flatten(file.data)) {
    if (name == key) return value;
  }
  return std::nullopt;
}

std::string created_text(const std::optional<std::string>& timestamp, bool csv) {
  if (!timestamp) return csv ? "" : missing;
  if (csv) return *timestamp;
  std::tm time{};
  if (::strptime(timestamp->c_str(), "%Y-%m-%dT%H:%M:%S", &time) == nullptr) return *timestamp;
  const std::time_t now = std::time(nullptr);
  std::tm today{};
  ::localtime_r(&now, &today);
  const bool is_today =
      time.tm_year == today.tm_year && time.tm_mon == today.tm_mon && time.tm_mday == today.tm_mday;
  if (is_today) {
    const int hour = time.tm_hour % 12 == 0 ? 12 : time.tm_hour % 12;
    return fmt::format("{:02}:{:02} {}", hour, time.tm_min, time.tm_hour < 12 ? "AM" : "PM");
  }
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{} {:02}, {}", months.at(static_cast<std::size_t>(time.tm_mon)), time.tm_mday,
                     time.tm_year + 1900);
}

std::string capitalized(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

bool is_sha(const std::string& rev) {
  return rev.size() == 40 && rev.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string short_rev(const std::string& rev) { return is_sha(rev) ? rev.substr(0, 7) : rev; }

class Builder {
 public:
  Builder(const std::vector<State>& states, const TableRequest& request)
      : states_(states), request_(request), fill_(request.csv ? "" : missing) {
    metrics_ = collect_fields(states, &Snapshot::metrics);
    params_ = collect_fields(states, &Snapshot::params);
    name_headers(metrics_, params_);
    std::set<std::string> deps;
    for_each_state(states, [&](const State& state) {
      if (!state.data) return;
      for (const auto& dep : state.data->deps)
        deps.insert(dep.path);
    });
    deps_.assign(deps.begin(), deps.end());
  }

  Table build() {
    add_headers();
    for (const auto& state : states_) {
      add_row(state, "baseline", nullptr);
      auto ranges = sorted(state.experiments);
      for (std::size_t i = 0; i < ranges.size(); ++i) {
        const bool last = i + 1 == ranges.size();
        add_row(ranges[i]->revs.front(), last ? "branch_base" : "branch_commit", ranges[i]);
      }
    }
    return std::move(table_);
  }

 private:
  void add_headers() {
    const auto add = [&](const std::string& header, ColumnKind kind) {
      table_.headers.push_back(header);
      table_.kinds.push_back(kind);
    };
    for (const auto& header : fixed_headers)
      add(header, ColumnKind::fixed);
    for (const auto& field : metrics_)
      add(field.header, ColumnKind::metric);
    for (const auto& field : params_)
      add(field.header, ColumnKind::param);
    for (const auto& dep : deps_)
      add(dep, ColumnKind::dep);
  }

  void add_row(const State& state, const std::string& type, const Range* range) {
    const bool baseline = range == nullptr;
    std::vector<std::string> row;
    row.push_back(baseline ? "" : state.name.value_or(""));
    row.push_back(baseline && state.name ? *state.name : short_rev(state.rev));
    row.push_back(type);
    row.push_back(state.data ? created_text(state.data->timestamp, request_.csv) : fill_);
    row.emplace_back("");
    const bool has_executor = !baseline && range->executor;
    row.push_back(has_executor ? capitalized(range->executor->state) : fill_);
    row.push_back(has_executor && range->executor->name ? capitalized(*range->executor->name)
                                                        : fill_);
    add_cells(row, state, metrics_, &Snapshot::metrics);
    add_cells(row, state, params_, &Snapshot::params);
    for (const auto& path : deps_)
      row.push_back(dep_cell(state, path));
    table_.rows.push_back(std::move(row));
  }

  void add_cells(std::vector<std::string>& row, const State& state,
                 const std::vector<Field>& fields, Files files) const {
    std::string path;
    const FileResult* file = nullptr;
    std::map<std::string, yaml::Value> values;
    for (const auto& field : fields) {
      if (field.file != path) {
        path = field.file;
        file = state.data ? find_file((*state.data).*files, path) : nullptr;
        values.clear();
        if (file != nullptr && !file->error && file->data.is_map()) {
          for (auto& [key, value] : flatten(file->data))
            values.emplace(key, std::move(value));
        }
      }
      const auto found = values.find(field.key);
      if (found != values.end() && !found->second.is_null()) {
        row.push_back(format_field(found->second, precision(), metrics::Digits::significant));
      } else {
        row.push_back(file != nullptr && file->error ? unreadable : fill_);
      }
    }
  }

  /// Without --csv DVC always prints five significant digits.
  std::optional<int> precision() const {
    return request_.csv ? request_.precision : std::optional(5);
  }

  std::string dep_cell(const State& state, const std::string& path) const {
    if (!state.data) return fill_;
    for (const auto& dep : state.data->deps) {
      if (dep.path == path) return dep.hash.value_or(fill_);
    }
    return fill_;
  }

  std::vector<const Range*> sorted(const std::vector<Range>& ranges) const {
    std::vector<const Range*> result;
    for (const auto& range : ranges) {
      if (!range.revs.empty()) result.push_back(&range);
    }
    if (request_.sort_by.empty() || result.empty()) return result;
    const auto [field, files] = sort_field();
    struct Keyed {
      const Range* range;
      std::optional<yaml::Value> value;
    };
    std::vector<Keyed> keyed;
    for (const auto* range : result) {
      const State& tip = range->revs.front();
      const FileResult* file = tip.data ? find_file((*tip.data).*files, field.file) : nullptr;
      auto value = file == nullptr ? std::nullopt : find_value(*file, field.key);
      if (value && value->is_null()) value.reset();
      keyed.push_back({range, std::move(value)});
    }
    std::stable_sort(keyed.begin(), keyed.end(), [&](const Keyed& a, const Keyed& b) {
      return request_.descending ? precedes(b.value, a.value) : precedes(a.value, b.value);
    });
    for (std::size_t i = 0; i < keyed.size(); ++i)
      result[i] = keyed[i].range;
    return result;
  }

  /// Missing values come last; numbers before texts (DVC fails on a mixture).
  static bool precedes(const std::optional<yaml::Value>& a, const std::optional<yaml::Value>& b) {
    if (!a || !b) return a.has_value() && !b.has_value();
    const auto number = [](const yaml::Value& v) -> std::optional<double> {
      if (v.is_integer()) return static_cast<double>(v.integer());
      if (v.is_real()) return v.real();
      if (v.is_boolean()) return v.boolean() ? 1 : 0;
      return std::nullopt;
    };
    const auto left = number(*a);
    const auto right = number(*b);
    if (left && right) return *left < *right;
    if (left || right) return left.has_value();
    return python_str(*a) < python_str(*b);
  }

  std::pair<Field, Files> sort_field() const {
    std::vector<std::pair<Field, Files>> matches;
    const std::string& text = request_.sort_by;
    const auto add = [&](const std::vector<Field>& fields, Files files, auto&& test) {
      for (const auto& field : fields) {
        if (test(field)) matches.emplace_back(field, files);
      }
    };
    const auto exact = [&](const Field& field) { return field.file + ":" + field.key == text; };
    const std::string bare = text.starts_with(':') ? text.substr(1) : text;
    const auto by_key = [&](const Field& field) { return field.key == bare; };
    add(metrics_, &Snapshot::metrics, exact);
    add(params_, &Snapshot::params, exact);
    if (matches.empty()) {
      add(metrics_, &Snapshot::metrics, by_key);
      add(params_, &Snapshot::params, by_key);
    }
    if (matches.empty()) {
      throw Error(Errc::invalid_argument, fmt::format("Unknown sort column '{}'", bare));
    }
    if (matches.size() > 1) {
      std::vector<std::string> names;
      for (const auto& [field, files] : matches)
        names.push_back(field.file + ":" + field.key);
      throw Error(Errc::invalid_argument,
                  fmt::format("Ambiguous sort column '{}' matched '{}'", bare, join(names, ", ")));
    }
    return matches.front();
  }

  const std::vector<State>& states_;
  const TableRequest& request_;
  std::string fill_;
  std::vector<Field> metrics_;
  std::vector<Field> params_;
  std::vector<std::string> deps_;
  Table table_;
};

void drop_columns(Table& table, const std::vector<bool>& gone) {
  const auto filter = [&](auto& list) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!gone[i]) std::swap(list[kept++], list[i]);
    }
    list.resize(kept);
  };
  filter(table.headers);
  filter(table.kinds);
  for (auto& row : table.rows)
    filter(row);
}

bool same_everywhere(const Table& table, std::size_t column) {
  return std::all_of(table.rows.begin(), table.rows.end(),
                     [&](const auto& row) { return row[column] == table.rows.front()[column]; });
}

std::regex compile(const std::vector<std::string>& patterns) {
  try {
    return std::regex(join(patterns, "|"), std::regex::ECMAScript);
  } catch (const std::regex_error&) {
    throw Error(Errc::invalid_argument,
                fmt::format("'{}' is not a regular expression", join(patterns, "|")));
  }
}

bool matches_start(const std::string& text, const std::regex& pattern) {
  return std::regex_search(text, pattern, std::regex_constants::match_continuous);
}

/// "├── 1a2b3c4 [name]" in place of name, rev, type and parent.
void merge_names(Table& table) {
  for (auto& row : table.rows) {
    std::string id = row[0].empty() ? row[1] : fmt::format("{} [{}]", row[1], row[0]);
    if (row[2] == "branch_commit") id = "├── " + id;
    if (row[2] == "branch_base") id = "└── " + id;
    row[0] = std::move(id);
  }
  std::vector<bool> gone(table.headers.size());
  gone[1] = gone[2] = gone[4] = true;
  drop_columns(table, gone);
}

}  // namespace

Table make_table(const std::vector<State>& states, const TableRequest& request) {
  Table table = Builder(states, request).build();
  const std::string fill = request.csv ? "" : missing;
  std::vector<bool> kept(table.headers.size());
  if (!request.keep.empty()) {
    const std::regex pattern = compile(request.keep);
    for (std::size_t i = 0; i < kept.size(); ++i)
      kept[i] = matches_start(table.headers[i], pattern);
  }
  const auto drop_where = [&](auto&& test) {
    std::vector<bool> gone(table.headers.size());
    for (std::size_t i = 0; i < gone.size(); ++i)
      gone[i] = !kept[i] && test(i);
    drop_columns(table, gone);
    std::vector<bool> still;
    for (std::size_t i = 0; i < gone.size(); ++i) {
      if (!gone[i]) still.push_back(kept[i]);
    }
    kept = std::move(still);
  };
  drop_where([&](std::size_t i) {
    const bool is_state = table.headers[i] == "State" || table.headers[i] == "Executor";
    return is_state && table.kinds[i] == ColumnKind::fixed &&
           std::all_of(table.rows.begin(), table.rows.end(),
                       [&](const auto& row) { return row[i] == fill; });
  });
  if (!request.csv) {
    merge_names(table);
    kept.erase(kept.begin() + 4);
    kept.erase(kept.begin() + 1, kept.begin() + 3);
  }
  if (request.only_changed) {
    drop_where([&](std::size_t i) { return !table.rows.empty() && same_everywhere(table, i); });
  }
  if (!request.drop.empty()) {
    const std::regex pattern = compile(request.drop);
    drop_where([&](std::size_t i) { return matches_start(table.headers[i], pattern); });
  }
  return table;
}

}  // namespace expcore::exp
