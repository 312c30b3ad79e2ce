#include "exp/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>
#include <regex>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "exp/flat.hpp"
#include "metrics/format.hpp"

namespace expcore::exp {

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

/// Gathers the fields of one column group in the order in which they are met.
class FieldOrder {
 public:
  void add(const std::vector<FlatNames::File>& files) {
    for (const auto& file : files) {
      if (!keys_.contains(file.path)) order_.push_back(file.path);
      auto& list = keys_[file.path];
      for (const auto& key : file.keys) {
        if (seen_.emplace(file.path, key).second) list.push_back(key);
      }
    }
  }

  std::vector<Field> fields() const {
    std::vector<Field> fields;
    for (const auto& file : order_) {
      for (const auto& key : keys_.at(file))
        fields.push_back({file, key, key});
    }
    return fields;
  }

 private:
  std::vector<std::string> order_;
  std::map<std::string, std::vector<std::string>> keys_;
  std::set<std::pair<std::string, std::string>> seen_;
};

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

std::string created_text(const std::optional<std::string_view>& timestamp, const std::tm& today,
                         bool csv) {
  if (!timestamp) return csv ? "" : missing;
  std::string text(*timestamp);
  std::tm time{};
  if (csv || ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time) == nullptr) return text;
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

std::tm local_now() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return local;
}

class Builder {
 public:
  Builder(const std::vector<State>& states, const TableRequest& request)
      : states_(states), request_(request), fill_(request.csv ? "" : missing), today_(local_now()) {
    FieldOrder metrics;
    FieldOrder params;
    std::set<std::string> deps;
    for_each_state(states, [&](const State& state) {
      const Source source = source_of(state);
      if (!source.has_data || layouts_.contains(source.flat.names)) return;
      Layout layout{source.flat.read_names(), {}, {}};
      metrics.add(layout.names.metrics);
      params.add(layout.names.params);
      deps.insert(layout.names.deps.begin(), layout.names.deps.end());
      layouts_.emplace(source.flat.names, std::move(layout));
    });
    metrics_ = metrics.fields();
    params_ = params.fields();
    deps_.assign(deps.begin(), deps.end());
    name_headers(metrics_, params_);
    for (auto& [text, layout] : layouts_)
      place(layout);
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
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  /// What snapshots with the same names have in common.
  struct Layout {
    FlatNames names;
    std::vector<std::size_t> columns;     ///< Of each value.
    std::vector<std::size_t> unreadable;  ///< Columns of files that could not be read.
  };

  struct Source {
    bool has_data = false;
    FlatSnapshot flat;
  };

  /// The bytes that the state's data is in; made for one whose data is not kept so.
  Source source_of(const State& state) {
    if (state.kept) return {true, FlatSnapshot(state.kept->text)};
    if (!state.data) return {};
    auto& made = made_[&state];
    if (made.empty()) made = flat_text(*state.data);
    return {true, FlatSnapshot(made)};
  }

  void place(Layout& layout) const {
    place(layout, layout.names.metrics, metrics_, fixed_headers.size());
    place(layout, layout.names.params, params_, fixed_headers.size() + metrics_.size());
    for (const auto& dep : layout.names.deps) {
      const auto at = std::lower_bound(deps_.begin(), deps_.end(), dep) - deps_.begin();
      const auto first = fixed_headers.size() + metrics_.size() + params_.size();
      layout.columns.push_back(first + static_cast<std::size_t>(at));
    }
  }

  /// The first of two values with one key counts.
  static void place(Layout& layout, const std::vector<FlatNames::File>& files,
                    const std::vector<Field>& fields, std::size_t first) {
    using Name = std::pair<std::string_view, std::string_view>;
    std::map<Name, std::size_t> places;
    for (std::size_t i = 0; i < fields.size(); ++i)
      places.emplace(Name(fields[i].file, fields[i].key), first + i);
    std::set<std::string_view> shown;
    for (const auto& file : files) {
      const bool is_first = shown.insert(file.path).second;
      std::set<std::string_view> seen;
      for (const auto& key : file.keys) {
        const bool counts = is_first && seen.insert(key).second;
        layout.columns.push_back(counts ? places.at({file.path, key}) : nowhere);
      }
      if (!file.is_unreadable || !is_first) continue;
      for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].file == file.path) layout.unreadable.push_back(first + i);
      }
    }
  }

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
    const Source source = source_of(state);
    std::vector<std::string> row;
    row.reserve(table_.headers.size());
    row.push_back(baseline ? "" : state.name.value_or(""));
    row.push_back(baseline && state.name ? *state.name : short_rev(state.rev));
    row.push_back(type);
    row.push_back(source.has_data ? created_text(state.timestamp(), today_, request_.csv) : fill_);
    row.emplace_back("");
    const bool has_executor = !baseline && range->executor;
    row.push_back(has_executor ? capitalized(range->executor->state) : fill_);
    row.push_back(has_executor && range->executor->name ? capitalized(*range->executor->name)
                                                        : fill_);
    row.resize(table_.headers.size(), fill_);
    if (source.has_data) add_cells(row, source.flat);
    table_.rows.push_back(std::move(row));
  }

  void add_cells(std::vector<std::string>& row, const FlatSnapshot& flat) const {
    const Layout& layout = layouts_.at(flat.names);
    for (const std::size_t column : layout.unreadable)
      row[column] = unreadable;
    std::size_t slot = 0;
    flat.each_value([&](yaml::Value&& value) {
      const std::size_t column = layout.columns.at(slot++);
      if (column == nowhere || value.is_null()) return;
      row[column] = format_field(value, precision(), metrics::Digits::significant);
    });
  }

  /// Without --csv DVC always prints five significant digits.
  std::optional<int> precision() const {
    return request_.csv ? request_.precision : std::optional(5);
  }

  std::vector<const Range*> sorted(const std::vector<Range>& ranges) {
    std::vector<const Range*> result;
    for (const auto& range : ranges) {
      if (!range.revs.empty()) result.push_back(&range);
    }
    if (request_.sort_by.empty() || result.empty()) return result;
    const std::size_t column = sort_column();
    struct Keyed {
      const Range* range;
      std::optional<yaml::Value> value;
    };
    std::vector<Keyed> keyed;
    for (const auto* range : result)
      keyed.push_back({range, find_value(range->revs.front(), column)});
    std::stable_sort(keyed.begin(), keyed.end(), [&](const Keyed& a, const Keyed& b) {
      return request_.descending ? precedes(b.value, a.value) : precedes(a.value, b.value);
    });
    for (std::size_t i = 0; i < keyed.size(); ++i)
      result[i] = keyed[i].range;
    return result;
  }

  std::optional<yaml::Value> find_value(const State& state, std::size_t column) {
    const Source source = source_of(state);
    std::optional<yaml::Value> found;
    if (!source.has_data) return found;
    const Layout& layout = layouts_.at(source.flat.names);
    std::size_t slot = 0;
    source.flat.each_value([&](yaml::Value&& value) {
      if (layout.columns.at(slot++) == column && !value.is_null()) found = std::move(value);
    });
    return found;
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

  std::size_t sort_column() const {
    std::vector<std::pair<Field, std::size_t>> matches;
    const std::string& text = request_.sort_by;
    const auto add = [&](auto&& test) {
      std::size_t column = fixed_headers.size();
      for (const auto* fields : {&metrics_, &params_}) {
        for (const auto& field : *fields) {
          if (test(field)) matches.emplace_back(field, column);
          ++column;
        }
      }
    };
    const std::string bare = text.starts_with(':') ? text.substr(1) : text;
    add([&](const Field& field) { return field.file + ":" + field.key == text; });
    if (matches.empty()) {
      add([&](const Field& field) { return field.key == bare; });
    }
    if (matches.empty()) {
      throw Error(Errc::invalid_argument, fmt::format("Unknown sort column '{}'", bare));
    }
    if (matches.size() > 1) {
      std::vector<std::string> names;
      for (const auto& [field, column] : matches)
        names.push_back(field.file + ":" + field.key);
      throw Error(Errc::invalid_argument,
                  fmt::format("Ambiguous sort column '{}' matched '{}'", bare, join(names, ", ")));
    }
    return matches.front().second;
  }

  const std::vector<State>& states_;
  const TableRequest& request_;
  std::string fill_;
  std::tm today_;
  std::unordered_map<const State*, std::string> made_;
  std::unordered_map<std::string_view, Layout> layouts_;
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
