#include "exp/table.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "exp/flat.hpp"
#include "git/packed_refs.hpp"
#include "metrics/format.hpp"

namespace expcore::exp {

using metrics::format_field;

namespace {

constexpr const char* missing = "-";
const std::string unreadable = "!";

/// Columns that every table of DVC's starts with; some are shown as part of others.
enum class Fixed : std::size_t { experiment, rev, type, created, parent, state, executor };
const std::vector<std::string> fixed_headers = {"Experiment", "rev",   "typ",     "Created",
                                                "parent",     "State", "Executor"};

const std::string& header_of(Fixed column) {
  return fixed_headers[static_cast<std::size_t>(column)];
}

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

std::string created_text(std::string text, const std::tm& today) {
  std::tm time{};
  if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time) == nullptr) return text;
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

std::string short_rev(const std::string& rev) { return git::is_id(rev) ? rev.substr(0, 7) : rev; }

std::tm local_now() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return local;
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

/// What was last shown for some bytes: most experiments have most values in common with the one
/// before, and to compare is much faster than to write a number.
class LastShown {
 public:
  template <typename Make>
  const std::string& operator()(std::string_view bytes, const Make& make) {
    if (!is_known_ || bytes != bytes_) {
      text_ = make();
      bytes_ = bytes;
      is_known_ = true;
    }
    return text_;
  }

 private:
  bool is_known_ = false;
  std::string_view bytes_;
  std::string text_;
};

class Builder {
 public:
  Builder(const std::vector<State>& states, const TableRequest& request)
      : states_(states), request_(request), fill_(request.csv ? "" : missing), today_(local_now()) {
    if (!request.keep.empty()) keep_ = compile(request.keep);
    FieldOrder metrics;
    FieldOrder params;
    std::set<std::string> deps;
    for_each_state(states, [&](const State& state) {
      if (!state.kept && state.data) made_.emplace(&state, flat_text(*state.data));
      const auto flat = flat_of(state);
      if (!flat || layouts_.contains(flat->names)) return;
      Layout layout{flat->read_names(), {}, {}};
      metrics.add(layout.names.metrics);
      params.add(layout.names.params);
      deps.insert(layout.names.deps.begin(), layout.names.deps.end());
      layouts_.emplace(flat->names, std::move(layout));
    });
    metrics_ = metrics.fields();
    params_ = params.fields();
    deps_.assign(deps.begin(), deps.end());
    name_headers(metrics_, params_);
    fixed_ = shown_columns();
    for (auto& [text, layout] : layouts_)
      place(layout);
  }

  Table build() {
    add_headers();
    add_lines();
    table_.rows.resize(lines_.size());
    constexpr std::size_t part = 1024;
    parallel_for((lines_.size() + part - 1) / part, 0, [&](std::size_t i) {
      const std::size_t start = i * part;
      make_rows(start, std::min(start + part, lines_.size()));
    });
    return std::move(table_);
  }

  bool keeps(const std::string& header) const { return keep_ && matches_start(header, *keep_); }

 private:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  /// What a row shows.
  struct Line {
    const State* state;
    const Range* range;  ///< nullptr for a baseline.
    bool is_last;        ///< Of its baseline.
  };

  /// What snapshots with the same names have in common.
  struct Layout {
    FlatNames names;
    std::vector<std::size_t> columns;     ///< Of each value.
    std::vector<std::size_t> unreadable;  ///< Columns of files that could not be read.
  };

  void add_lines() {
    for (const auto& state : states_) {
      lines_.push_back({&state, nullptr, false});
      for (const auto* range : sorted(state.experiments))
        lines_.push_back({&range->revs.front(), range, false});
      lines_.back().is_last = true;
    }
  }

  /// The data of a state that has some.
  std::optional<FlatSnapshot> flat_of(const State& state) const {
    if (state.kept) return FlatSnapshot(state.kept->text);
    if (!state.data) return std::nullopt;
    return FlatSnapshot(made_.at(&state));
  }

  void place(Layout& layout) const {
    place(layout, layout.names.metrics, metrics_, fixed_.size());
    place(layout, layout.names.params, params_, fixed_.size() + metrics_.size());
    for (const auto& dep : layout.names.deps) {
      const auto at = std::lower_bound(deps_.begin(), deps_.end(), dep) - deps_.begin();
      const auto first = fixed_.size() + metrics_.size() + params_.size();
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

  /// State and executor only where there is something to say.
  std::vector<Fixed> shown_columns() const {
    std::vector<Fixed> columns = {Fixed::experiment, Fixed::created};
    if (request_.csv) {
      columns = {Fixed::experiment, Fixed::rev, Fixed::type, Fixed::created, Fixed::parent};
    }
    for (const auto column : {Fixed::state, Fixed::executor}) {
      if (is_told(column) || keeps(header_of(column))) columns.push_back(column);
    }
    return columns;
  }

  bool is_told(Fixed column) const {
    return std::any_of(states_.begin(), states_.end(), [&](const State& state) {
      return std::any_of(state.experiments.begin(), state.experiments.end(),
                         [&](const Range& range) {
                           return !range.revs.empty() && executor_text(&range, column) != fill_;
                         });
    });
  }

  void add_headers() {
    const auto add = [&](const std::string& header, ColumnKind kind) {
      table_.headers.push_back(header);
      table_.kinds.push_back(kind);
    };
    for (const auto column : fixed_)
      add(header_of(column), ColumnKind::fixed);
    for (const auto& field : metrics_)
      add(field.header, ColumnKind::metric);
    for (const auto& field : params_)
      add(field.header, ColumnKind::param);
    for (const auto& dep : deps_)
      add(dep, ColumnKind::dep);
  }

  /// What a thread remembers while it makes rows.
  struct Memory {
    LastShown created;
    std::vector<LastShown> values;  ///< By column.
  };

  void make_rows(std::size_t start, std::size_t end) {
    Memory memory;
    memory.values.resize(table_.headers.size());
    for (std::size_t i = start; i < end; ++i)
      table_.rows[i] = make_row(lines_[i], memory);
  }

  std::vector<std::string> make_row(const Line& line, Memory& memory) const {
    std::vector<std::string> row;
    row.reserve(table_.headers.size());
    for (const auto column : fixed_)
      row.push_back(fixed_text(line, column, memory));
    row.resize(table_.headers.size(), fill_);
    if (const auto flat = flat_of(*line.state)) add_cells(row, *flat, memory);
    return row;
  }

  std::string fixed_text(const Line& line, Fixed column, Memory& memory) const {
    switch (column) {
      case Fixed::experiment:
        if (!request_.csv) return tree_text(line);
        return line.range == nullptr ? "" : line.state->name.value_or("");
      case Fixed::rev:
        return rev_text(line);
      case Fixed::type:
        if (line.range == nullptr) return "baseline";
        return line.is_last ? "branch_base" : "branch_commit";
      case Fixed::created:
        return created(*line.state, memory);
      case Fixed::parent:
        return "";
      default:
        return executor_text(line.range, column);
    }
  }

  static std::string rev_text(const Line& line) {
    const State& state = *line.state;
    return line.range == nullptr && state.name ? *state.name : short_rev(state.rev);
  }

  /// "├── 1a2b3c4 [name]": name, rev and type in one.
  static std::string tree_text(const Line& line) {
    if (line.range == nullptr) return rev_text(line);
    std::string text = line.is_last ? "└── " : "├── ";
    text += rev_text(line);
    const auto& name = line.state->name;
    if (name && !name->empty()) text.append(" [").append(*name).append("]");
    return text;
  }

  std::string created(const State& state, Memory& memory) const {
    const auto timestamp = state.timestamp();
    if (!timestamp) return fill_;
    if (request_.csv) return std::string(*timestamp);
    constexpr std::size_t seconds = std::string_view("2026-11-24T12:02").size();
    return memory.created(timestamp->substr(0, seconds),
                          [&] { return created_text(std::string(*timestamp), today_); });
  }

  /// `range` may be nullptr.
  std::string executor_text(const Range* range, Fixed column) const {
    if (range == nullptr || !range->executor) return fill_;
    const Executor& executor = *range->executor;
    if (column == Fixed::state) return capitalized(executor.state);
    return executor.name ? capitalized(*executor.name) : fill_;
  }

  void add_cells(std::vector<std::string>& row, const FlatSnapshot& flat, Memory& memory) const {
    const Layout& layout = layouts_.at(flat.names);
    for (const std::size_t column : layout.unreadable)
      row[column] = unreadable;
    std::size_t slot = 0;
    flat.each_value([&](std::string_view bytes) {
      const std::size_t column = layout.columns.at(slot++);
      if (column == nowhere || FlatSnapshot::is_null(bytes)) return;
      row[column] = memory.values[column](bytes, [&] {
        return format_field(FlatSnapshot::value_of(bytes), precision(),
                            metrics::Digits::significant);
      });
    });
  }

  /// Without --csv DVC always prints five significant digits.
  std::optional<int> precision() const {
    return request_.csv ? request_.precision : std::optional(5);
  }

  std::vector<const Range*> sorted(const std::vector<Range>& ranges) const {
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

  std::optional<yaml::Value> find_value(const State& state, std::size_t column) const {
    const auto flat = flat_of(state);
    std::optional<yaml::Value> found;
    if (!flat) return found;
    const Layout& layout = layouts_.at(flat->names);
    std::size_t slot = 0;
    flat->each_value([&](std::string_view bytes) {
      if (layout.columns.at(slot++) == column && !FlatSnapshot::is_null(bytes))
        found = FlatSnapshot::value_of(bytes);
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
      std::size_t column = fixed_.size();
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
  std::optional<std::regex> keep_;
  std::string fill_;
  std::tm today_;
  std::unordered_map<const State*, std::string> made_;
  std::unordered_map<std::string_view, Layout> layouts_;
  std::vector<Field> metrics_;
  std::vector<Field> params_;
  std::vector<std::string> deps_;
  std::vector<Fixed> fixed_;  ///< The first columns.
  std::vector<Line> lines_;
  Table table_;
};

void drop_columns(Table& table, const std::vector<bool>& gone) {
  const auto first = std::find(gone.begin(), gone.end(), true) - gone.begin();
  const auto filter = [&](auto& list) {
    auto kept = static_cast<std::size_t>(first);
    for (std::size_t i = kept; i < list.size(); ++i) {
      if (!gone[i]) list[kept++] = std::move(list[i]);
    }
    list.resize(kept);
  };
  if (static_cast<std::size_t>(first) == gone.size()) return;
  filter(table.headers);
  filter(table.kinds);
  for (auto& row : table.rows)
    filter(row);
}

bool same_everywhere(const Table& table, std::size_t column) {
  return std::all_of(table.rows.begin(), table.rows.end(),
                     [&](const auto& row) { return row[column] == table.rows.front()[column]; });
}

}  // namespace

Table make_table(const std::vector<State>& states, const TableRequest& request) {
  Builder builder(states, request);
  Table table = builder.build();
  const auto drop_where = [&](auto&& test) {
    std::vector<bool> gone(table.headers.size());
    for (std::size_t i = 0; i < gone.size(); ++i)
      gone[i] = test(i) && !builder.keeps(table.headers[i]);
    drop_columns(table, gone);
  };
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
