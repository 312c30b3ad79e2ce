#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <expcore/metrics.hpp>

#include "composition.hpp"
#include "options.hpp"

namespace capi = expcore::capi;
using expcore::CellValue;
using expcore::ValuesDiff;

namespace expcore::capi {

MetricsOptions to_metrics_options(const exp_metrics_options* given) {
  const exp_metrics_options options = read_options(given);
  check_flags(options.flags, (EXP_METRICS_ALL_COMMITS << 1U) - 1);
  MetricsOptions metrics;
  metrics.targets = to_strings(options.targets);
  metrics.all_branches = (options.flags & EXP_METRICS_ALL_BRANCHES) != 0;
  metrics.all_tags = (options.flags & EXP_METRICS_ALL_TAGS) != 0;
  metrics.all_commits = (options.flags & EXP_METRICS_ALL_COMMITS) != 0;
  return metrics;
}

DiffOptions to_diff_options(const exp_diff_options* given) {
  const exp_diff_options options = read_options(given);
  check_flags(options.flags, EXP_DIFF_ALL | EXP_DIFF_DEPS_ONLY);
  DiffOptions diff;
  if (options.a_rev != nullptr) diff.a_rev = options.a_rev;
  if (options.b_rev != nullptr) diff.b_rev = options.b_rev;
  diff.targets = to_strings(options.targets);
  diff.all = (options.flags & EXP_DIFF_ALL) != 0;
  diff.deps = (options.flags & EXP_DIFF_DEPS_ONLY) != 0;
  return diff;
}

}  // namespace expcore::capi

namespace {

struct Row {
  std::string rev;
  std::string file;
  std::string key;
  CellValue value;
};

}  // namespace

struct exp_values {
  std::vector<Row> rows;
};

struct exp_changes {
  ValuesDiff diff;
};

namespace {

CellValue error_value(const std::string& message) {
  CellValue value;
  value.type = CellValue::Type::error;
  value.text = message;
  return value;
}

std::vector<Row> to_rows(const std::vector<expcore::RevisionValues>& revisions) {
  std::vector<Row> rows;
  for (const auto& revision : revisions) {
    if (!revision.error.empty())
      rows.push_back({revision.name, "", "", error_value(revision.error)});
    for (const auto& file : revision.files) {
      if (!file.error.empty()) {
        rows.push_back({revision.name, file.path, "", error_value(file.error)});
      }
      for (const auto& value : file.values)
        rows.push_back({revision.name, file.path, value.key, value.value});
    }
  }
  return rows;
}

const Row* row_at(const exp_values* values, size_t index) {
  return values != nullptr && index < values->rows.size() ? &values->rows[index] : nullptr;
}

const expcore::ValueChange* change_at(const exp_changes* changes, size_t index) {
  return changes != nullptr && index < changes->diff.changes.size() ? &changes->diff.changes[index]
                                                                    : nullptr;
}

const char* side_text(const CellValue& value) {
  return value.type == CellValue::Type::missing ? nullptr : value.text.c_str();
}

/// Both diffs differ in what they are asked of only.
template <typename Make>
exp_status make_changes(exp_changes** out_changes, exp_error** out_error, Make&& make) {
  if (out_changes != nullptr) *out_changes = nullptr;
  return capi::guard(out_error, [&] {
    capi::require(out_changes, "out_changes");
    *out_changes = new exp_changes{make()};
  });
}

template <typename Make>
exp_status make_text(char** out_text, exp_error** out_error, Make&& make) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    capi::require(out_text, "out_text");
    *out_text = capi::copy_text(make());
  });
}

}  // namespace

extern "C" {

exp_status exp_metrics_show(exp_values** out_values, const exp_project* project,
                            const exp_metrics_options* options, exp_error** out_error) {
  if (out_values != nullptr) *out_values = nullptr;
  return capi::guard(out_error, [&] {
    capi::require(out_values, "out_values");
    const auto metrics = capi::require(project, "project").project.metrics();
    *out_values = new exp_values{to_rows(metrics.show(capi::to_metrics_options(options)))};
  });
}

exp_status exp_metrics_show_json(char** out_text, const exp_project* project,
                                 const exp_metrics_options* options, exp_error** out_error) {
  return make_text(out_text, out_error, [&] {
    const auto metrics = capi::require(project, "project").project.metrics();
    return metrics.show_json(capi::to_metrics_options(options)).text;
  });
}

void exp_values_free(exp_values* values) { delete values; }
size_t exp_values_count(const exp_values* values) {
  return values == nullptr ? 0 : values->rows.size();
}
const char* exp_values_rev(const exp_values* values, size_t index) {
  const Row* row = row_at(values, index);
  return row == nullptr ? nullptr : row->rev.c_str();
}
const char* exp_values_file(const exp_values* values, size_t index) {
  const Row* row = row_at(values, index);
  return row == nullptr ? nullptr : row->file.c_str();
}
const char* exp_values_key(const exp_values* values, size_t index) {
  const Row* row = row_at(values, index);
  return row == nullptr ? nullptr : row->key.c_str();
}
const char* exp_values_text(const exp_values* values, size_t index) {
  const Row* row = row_at(values, index);
  return row == nullptr ? nullptr : row->value.text.c_str();
}
int32_t exp_values_kind(const exp_values* values, size_t index) {
  const Row* row = row_at(values, index);
  return row == nullptr ? -1 : static_cast<int32_t>(row->value.type);
}
double exp_values_number(const exp_values* values, size_t index) {
  const Row* row = row_at(values, index);
  return row == nullptr ? 0 : row->value.number;
}

exp_status exp_composition_values(exp_values** out_values, const exp_composition* composition,
                                  exp_error** out_error) {
  if (out_values != nullptr) *out_values = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_values, "out_values");
    auto values = std::make_unique<exp_values>();
    for (const auto& value : capi::require(composition, "composition").composition.values())
      values->rows.push_back({"", "", value.key, value.value});
    out = values.release();
  });
}

exp_status exp_metrics_diff(exp_changes** out_changes, const exp_project* project,
                            const exp_diff_options* options, exp_error** out_error) {
  return make_changes(out_changes, out_error, [&] {
    return capi::require(project, "project").project.metrics().diff(capi::to_diff_options(options));
  });
}

exp_status exp_metrics_diff_json(char** out_text, const exp_project* project,
                                 const exp_diff_options* options, exp_error** out_error) {
  return make_text(out_text, out_error, [&] {
    const auto metrics = capi::require(project, "project").project.metrics();
    return metrics.diff_json(capi::to_diff_options(options)).text;
  });
}

exp_status exp_params_diff(exp_changes** out_changes, const exp_project* project,
                           const exp_diff_options* options, exp_error** out_error) {
  return make_changes(out_changes, out_error, [&] {
    return capi::require(project, "project").project.params().diff(capi::to_diff_options(options));
  });
}

exp_status exp_params_diff_json(char** out_text, const exp_project* project,
                                const exp_diff_options* options, exp_error** out_error) {
  return make_text(out_text, out_error, [&] {
    const auto params = capi::require(project, "project").project.params();
    return params.diff_json(capi::to_diff_options(options)).text;
  });
}

void exp_changes_free(exp_changes* changes) { delete changes; }
size_t exp_changes_count(const exp_changes* changes) {
  return changes == nullptr ? 0 : changes->diff.changes.size();
}
const char* exp_changes_file(const exp_changes* changes, size_t index) {
  const auto* change = change_at(changes, index);
  return change == nullptr ? nullptr : change->file.c_str();
}
const char* exp_changes_key(const exp_changes* changes, size_t index) {
  const auto* change = change_at(changes, index);
  return change == nullptr ? nullptr : change->key.c_str();
}
const char* exp_changes_old(const exp_changes* changes, size_t index) {
  const auto* change = change_at(changes, index);
  return change == nullptr ? nullptr : side_text(change->old_value);
}
const char* exp_changes_new(const exp_changes* changes, size_t index) {
  const auto* change = change_at(changes, index);
  return change == nullptr ? nullptr : side_text(change->new_value);
}
int32_t exp_changes_difference(const exp_changes* changes, size_t index, double* out_difference) {
  const auto* change = change_at(changes, index);
  if (change == nullptr || !change->difference || out_difference == nullptr) return 0;
  *out_difference = *change->difference;
  return 1;
}

}  // extern "C"
