// Tables as they are printed.
#include <optional>
#include <utility>
#include <vector>

#include "options.hpp"

namespace capi = expcore::capi;
using expcore::ExperimentTable;
using expcore::Table;

struct exp_table {
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;
  std::vector<int32_t> kinds;  ///< Empty, or one for each column.
};

namespace {

constexpr uint32_t show_flags = EXP_TABLE_ONLY_CHANGED | EXP_TABLE_DESCENDING | EXP_TABLE_CSV;

exp_table_options read_table_options(const exp_table_options* given, uint32_t known) {
  const exp_table_options options = capi::read_options(given);
  capi::check_flags(options.flags, known);
  if (options.precision < EXP_PRECISION_ALL) {
    throw expcore::Error(expcore::Errc::invalid_argument, "precision is not a number of digits");
  }
  if (known == EXP_TABLE_NO_PATH &&
      (options.drop != nullptr || options.keep != nullptr || options.sort_by != nullptr)) {
    throw expcore::Error(expcore::Errc::invalid_argument,
                         "drop, keep and sort_by are for exp_experiments_show_table()");
  }
  return options;
}

/// The library's own precision says "all digits" with 0.
int to_precision(int32_t precision, int usual) {
  return precision == 0 ? usual : precision == EXP_PRECISION_ALL ? 0 : precision;
}

expcore::ValuesTableOptions to_values_table(const exp_table_options* given) {
  const auto options = read_table_options(given, EXP_TABLE_NO_PATH);
  expcore::ValuesTableOptions table;
  table.precision = to_precision(options.precision, table.precision);
  table.no_path = (options.flags & EXP_TABLE_NO_PATH) != 0;
  return table;
}

exp_table* to_handle(Table table) {
  return new exp_table{std::move(table.headers), std::move(table.rows), {}};
}

exp_table* to_handle(ExperimentTable table) {
  std::vector<int32_t> kinds;
  for (const auto kind : table.kinds)
    kinds.push_back(static_cast<int32_t>(kind));
  return new exp_table{std::move(table.headers), std::move(table.rows), std::move(kinds)};
}

template <typename Make>
exp_status make_table(exp_table** out_table, exp_error** out_error, Make&& make) {
  if (out_table != nullptr) *out_table = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_table, "out_table");
    out = to_handle(make());
  });
}

const expcore::Project& project_of(const exp_project* project) {
  return capi::require(project, "project").project;
}

}  // namespace

extern "C" {

void exp_table_free(exp_table* table) { delete table; }
size_t exp_table_column_count(const exp_table* table) {
  return table == nullptr ? 0 : table->headers.size();
}
size_t exp_table_row_count(const exp_table* table) {
  return table == nullptr ? 0 : table->rows.size();
}
const char* exp_table_header(const exp_table* table, size_t column) {
  return column < exp_table_column_count(table) ? table->headers[column].c_str() : nullptr;
}
int32_t exp_table_column_kind(const exp_table* table, size_t column) {
  return table != nullptr && column < table->kinds.size() ? table->kinds[column] : 0;
}
const char* exp_table_cell(const exp_table* table, size_t row, size_t column) {
  if (row >= exp_table_row_count(table) || column >= table->rows[row].size()) return nullptr;
  return table->rows[row][column].c_str();
}

exp_status exp_experiments_show_table(exp_table** out_table, const exp_project* project,
                                      const exp_show_options* options,
                                      const exp_table_options* table, exp_error** out_error) {
  return make_table(out_table, out_error, [&] {
    const auto given = read_table_options(table, show_flags);
    expcore::TableOptions wanted;
    wanted.only_changed = (given.flags & EXP_TABLE_ONLY_CHANGED) != 0;
    wanted.descending = (given.flags & EXP_TABLE_DESCENDING) != 0;
    wanted.drop = capi::to_strings(given.drop);
    wanted.keep = capi::to_strings(given.keep);
    wanted.sort_by = capi::text_or_empty(given.sort_by);
    if (given.precision > 0) wanted.precision = given.precision;
    return project_of(project).experiments().show_table(capi::to_show_options(options), wanted,
                                                        (given.flags & EXP_TABLE_CSV) != 0);
  });
}

exp_status exp_experiments_diff_tables(exp_table** out_metrics, exp_table** out_params,
                                       const exp_project* project, const exp_diff_options* options,
                                       const exp_table_options* table, exp_error** out_error) {
  if (out_metrics != nullptr) *out_metrics = nullptr;
  if (out_params != nullptr) *out_params = nullptr;
  return capi::guard(out_error, [&] {
    auto diff = capi::to_experiment_diff_options(options);
    const auto given = read_table_options(table, EXP_TABLE_NO_PATH);
    diff.precision = to_precision(given.precision, diff.precision);
    diff.no_path = (given.flags & EXP_TABLE_NO_PATH) != 0;
    auto made = project_of(project).experiments().diff(diff);
    if (out_metrics != nullptr) *out_metrics = to_handle(std::move(made.metrics));
    if (out_params != nullptr) *out_params = to_handle(std::move(made.params));
  });
}

exp_status exp_metrics_show_table(exp_table** out_table, const exp_project* project,
                                  const exp_metrics_options* options,
                                  const exp_table_options* table, exp_error** out_error) {
  return make_table(out_table, out_error, [&] {
    return project_of(project)
        .metrics()
        .show_table(capi::to_metrics_options(options), to_values_table(table))
        .table;
  });
}

exp_status exp_metrics_diff_table(exp_table** out_table, const exp_project* project,
                                  const exp_diff_options* options, const exp_table_options* table,
                                  exp_error** out_error) {
  return make_table(out_table, out_error, [&] {
    return project_of(project)
        .metrics()
        .diff_table(capi::to_diff_options(options), to_values_table(table))
        .table;
  });
}

exp_status exp_params_diff_table(exp_table** out_table, const exp_project* project,
                                 const exp_diff_options* options, const exp_table_options* table,
                                 exp_error** out_error) {
  return make_table(out_table, out_error, [&] {
    return project_of(project)
        .params()
        .diff_table(capi::to_diff_options(options), to_values_table(table))
        .table;
  });
}

}  // extern "C"
