// What became of data, as rows and as JSON.
#include <string>
#include <utility>
#include <vector>

#include "data.hpp"

namespace capi = expcore::capi;
using expcore::DataChanges;
using expcore::DataDiff;
using expcore::DataDifference;
using expcore::DataStatus;

struct exp_data_changes {
  struct Row {
    DataDifference paths;
    int32_t part;
    int32_t change;
  };

  explicit exp_data_changes(std::vector<Row> given, uint32_t git_state = 0)
      : rows(std::move(given)), git(git_state) {
    for (const auto& row : rows) {
      natives.push_back({sizeof(exp_data_change), row.paths.path.c_str(),
                         row.paths.old_path.c_str(), row.paths.hash.c_str(),
                         row.paths.old_hash.c_str(), row.part, row.change});
    }
  }

  std::vector<Row> rows;  // own the texts
  std::vector<exp_data_change> natives;
  uint32_t git;
};

namespace {

using Rows = std::vector<exp_data_changes::Row>;

void append(Rows& rows, const std::vector<std::string>& paths, int32_t part,
            int32_t change = EXP_CHANGE_NONE) {
  for (const auto& path : paths)
    rows.push_back({{path, path, "", ""}, part, change});
}

void append(Rows& rows, const DataChanges& changes, int32_t part) {
  append(rows, changes.added, part, EXP_CHANGE_ADDED);
  append(rows, changes.modified, part, EXP_CHANGE_MODIFIED);
  append(rows, changes.deleted, part, EXP_CHANGE_DELETED);
  for (const auto& [from, to] : changes.renamed)
    rows.push_back({{to, from, "", ""}, part, EXP_CHANGE_RENAMED});
  append(rows, changes.unknown, part, EXP_CHANGE_UNKNOWN);
}

void append(Rows& rows, const std::vector<DataDifference>& list, int32_t part, int32_t change) {
  for (const auto& difference : list)
    rows.push_back({difference, part, change});
}

Rows rows_of(const DataStatus& status, bool with_unchanged) {
  Rows rows;
  append(rows, status.committed, EXP_DATA_COMMITTED);
  append(rows, status.uncommitted, EXP_DATA_UNCOMMITTED);
  append(rows, status.not_in_cache, EXP_DATA_NOT_IN_CACHE);
  append(rows, status.not_in_remote, EXP_DATA_NOT_IN_REMOTE);
  append(rows, status.untracked, EXP_DATA_UNTRACKED);
  if (with_unchanged) append(rows, status.unchanged, EXP_DATA_UNCHANGED);
  return rows;
}

Rows rows_of(const DataDiff& diff) {
  Rows rows;
  append(rows, diff.added, EXP_DATA_BETWEEN, EXP_CHANGE_ADDED);
  append(rows, diff.modified, EXP_DATA_BETWEEN, EXP_CHANGE_MODIFIED);
  append(rows, diff.deleted, EXP_DATA_BETWEEN, EXP_CHANGE_DELETED);
  append(rows, diff.renamed, EXP_DATA_BETWEEN, EXP_CHANGE_RENAMED);
  append(rows, diff.not_in_cache, EXP_DATA_NOT_IN_CACHE, EXP_CHANGE_NONE);
  return rows;
}

uint32_t git_state(const DataStatus& status) {
  return (status.git_is_empty ? EXP_GIT_EMPTY : 0) | (status.git_is_dirty ? EXP_GIT_DIRTY : 0);
}

/// What is as it was is asked for by a flag.
bool with_unchanged(const exp_data_status_options* given) {
  return (capi::read_options(given).flags & EXP_DATA_STATUS_UNCHANGED) != 0;
}

DataStatus status_of(const exp_project* project, const exp_data_status_options* given) {
  const exp_data_status_options options = capi::read_options(given);
  capi::check_flags(options.flags, (EXP_DATA_STATUS_UNCHANGED << 1U) - 1);
  expcore::DataStatusOptions status;
  status.targets = capi::to_strings(options.targets);
  status.granular = (options.flags & EXP_DATA_STATUS_GRANULAR) != 0;
  status.untracked_files = (options.flags & EXP_DATA_STATUS_UNTRACKED) != 0;
  status.not_in_remote = (options.flags & EXP_DATA_STATUS_NOT_IN_REMOTE) != 0;
  status.remote = capi::text_or_empty(options.remote);
  status.on_event = capi::to_callback(options.on_event, options.user_data);
  if (options.cancel != nullptr) status.cancel = options.cancel->token;
  return capi::data_of(project).status(status);
}

DataDiff diff_of(const exp_project* project, const exp_data_diff_options& options) {
  capi::check_flags(options.flags, EXP_DATA_DIFF_HASHES | EXP_DATA_DIFF_NO_MISSING);
  expcore::DataDiffOptions diff;
  if (options.old_rev != nullptr) diff.old_revision = options.old_rev;
  diff.new_revision = capi::text_or_empty(options.new_rev);
  diff.targets = capi::to_strings(options.targets);
  diff.on_event = capi::to_callback(options.on_event, options.user_data);
  if (options.cancel != nullptr) diff.cancel = options.cancel->token;
  return capi::data_of(project).diff(diff);
}

}  // namespace

extern "C" {

void exp_data_changes_free(exp_data_changes* changes) { delete changes; }
size_t exp_data_changes_count(const exp_data_changes* changes) {
  return changes == nullptr ? 0 : changes->rows.size();
}
const exp_data_change* exp_data_changes_get(const exp_data_changes* changes, size_t index) {
  return index < exp_data_changes_count(changes) ? &changes->natives[index] : nullptr;
}
uint32_t exp_data_changes_git(const exp_data_changes* changes) {
  return changes == nullptr ? 0 : changes->git;
}

exp_status exp_data_status(exp_data_changes** out_changes, const exp_project* project,
                           const exp_data_status_options* options, exp_error** out_error) {
  if (out_changes != nullptr) *out_changes = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_changes, "out_changes");
    const auto status = status_of(project, options);
    out = new exp_data_changes(rows_of(status, with_unchanged(options)), git_state(status));
  });
}

exp_status exp_data_status_json(char** out_text, const exp_project* project,
                                const exp_data_status_options* options, exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_text, "out_text");
    out = capi::copy_text(status_of(project, options).json(with_unchanged(options)));
  });
}

exp_status exp_data_diff(exp_data_changes** out_changes, const exp_project* project,
                         const exp_data_diff_options* options, exp_error** out_error) {
  if (out_changes != nullptr) *out_changes = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_changes, "out_changes");
    const exp_data_diff_options given = capi::read_options(options);
    auto diff = diff_of(project, given);
    if ((given.flags & EXP_DATA_DIFF_NO_MISSING) != 0) diff.not_in_cache.clear();
    out = new exp_data_changes(rows_of(diff));
  });
}

exp_status exp_data_diff_json(char** out_text, const exp_project* project,
                              const exp_data_diff_options* options, exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_text, "out_text");
    const exp_data_diff_options given = capi::read_options(options);
    expcore::DataDiffFormat format;
    format.with_hashes = (given.flags & EXP_DATA_DIFF_HASHES) != 0;
    format.with_missing = (given.flags & EXP_DATA_DIFF_NO_MISSING) == 0;
    out = capi::copy_text(diff_of(project, given).json(format));
  });
}

}  // extern "C"
