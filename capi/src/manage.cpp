// Experiments as things to be kept, shared and taken away.
#include <memory>
#include <utility>

#include <expcore/experiments.hpp>

#include "options.hpp"

namespace capi = expcore::capi;
using expcore::ExperimentRef;
using expcore::Experiments;
using expcore::ExperimentSelection;
using expcore::ShareOptions;
using expcore::ShareResult;

struct exp_refs {
  explicit exp_refs(std::vector<ExperimentRef> given) : refs(std::move(given)) {
    for (const auto& ref : refs) {
      natives.push_back({sizeof(exp_ref), ref.name.c_str(), ref.commit.c_str(),
                         ref.baseline.c_str(), ref.baseline_name.c_str(), ref.ref.c_str()});
    }
  }

  std::vector<ExperimentRef> refs;  // own the texts
  std::vector<exp_ref> natives;
};

struct exp_share_result {
  explicit exp_share_result(ShareResult given)
      : done(std::move(given.done)),
        up_to_date(std::move(given.up_to_date)),
        diverged(std::move(given.diverged)),
        failed{std::move(given.failed)},
        transferred(given.transferred) {
    if (!given.data_error) return;
    data_error = std::make_unique<exp_error>(
        exp_error{static_cast<exp_status>(given.data_error->code()),
                  given.data_error->full_message(), given.data_error->details()});
  }

  exp_refs done;
  exp_refs up_to_date;
  exp_refs diverged;
  exp_names failed;
  std::unique_ptr<exp_error> data_error;
  int64_t transferred;
};

namespace {

Experiments experiments_of(const exp_project* project) {
  return capi::require(project, "project").project.experiments();
}

ExperimentSelection to_selection(const char* const* revs, int32_t num, bool all_commits) {
  ExperimentSelection selection;
  selection.revs = capi::to_strings(revs);
  selection.num = num == 0 ? 1 : num;
  selection.all_commits = all_commits;
  return selection;
}

ShareOptions to_share_options(const exp_share_options* given) {
  const exp_share_options options = capi::read_options(given);
  capi::check_flags(options.flags, (EXP_SHARE_RUN_CACHE << 1U) - 1);
  const auto has = [&](uint32_t flag) { return (options.flags & flag) != 0; };
  ShareOptions share;
  share.git_remote = &capi::require(options.git_remote, "git_remote");
  share.names = capi::to_strings(options.names);
  share.selection = to_selection(options.revs, options.num, has(EXP_SHARE_ALL_COMMITS));
  share.force = has(EXP_SHARE_FORCE);
  share.no_cache = has(EXP_SHARE_NO_CACHE);
  share.remote = capi::text_or_empty(options.remote);
  share.run_cache = has(EXP_SHARE_RUN_CACHE);
  share.jobs = options.jobs;
  share.on_event = capi::to_callback(options.on_event, options.user_data);
  if (options.cancel != nullptr) share.cancel = options.cancel->token;
  return share;
}

}  // namespace

namespace expcore::capi {

ExperimentDiffOptions to_experiment_diff_options(const exp_diff_options* given) {
  const exp_diff_options options = read_options(given);
  check_flags(options.flags, EXP_DIFF_ALL | EXP_DIFF_DEPS_ONLY);
  if (options.targets != nullptr) throw Error(Errc::invalid_argument, "targets must be NULL");
  ExperimentDiffOptions diff;
  diff.a_rev = text_or_empty(options.a_rev);
  diff.b_rev = text_or_empty(options.b_rev);
  diff.all = (options.flags & EXP_DIFF_ALL) != 0;
  diff.param_deps = (options.flags & EXP_DIFF_DEPS_ONLY) != 0;
  return diff;
}

}  // namespace expcore::capi

extern "C" {

void exp_names_free(exp_names* names) { delete names; }
size_t exp_names_count(const exp_names* names) {
  return names == nullptr ? 0 : names->names.size();
}
const char* exp_names_get(const exp_names* names, size_t index) {
  return index < exp_names_count(names) ? names->names[index].c_str() : nullptr;
}

void exp_refs_free(exp_refs* refs) { delete refs; }
size_t exp_refs_count(const exp_refs* refs) { return refs == nullptr ? 0 : refs->refs.size(); }
const exp_ref* exp_refs_get(const exp_refs* refs, size_t index) {
  return index < exp_refs_count(refs) ? &refs->natives[index] : nullptr;
}

exp_status exp_experiments_apply(const exp_project* project, const char* experiment,
                                 exp_event_cb on_event, void* user_data, exp_error** out_error) {
  return capi::guard(out_error, [&] {
    experiments_of(project).apply(&capi::require(experiment, "experiment"),
                                  capi::to_callback(on_event, user_data));
  });
}

exp_status exp_experiments_branch(char** out_branch, const exp_project* project,
                                  const char* experiment, const char* branch,
                                  exp_error** out_error) {
  if (out_branch != nullptr) *out_branch = nullptr;
  return capi::guard(out_error, [&] {
    const auto made = experiments_of(project).branch(&capi::require(experiment, "experiment"),
                                                     capi::text_or_empty(branch));
    if (out_branch != nullptr) *out_branch = capi::copy_text(made.first);
  });
}

exp_status exp_experiments_rename(int32_t* out_renamed, const exp_project* project,
                                  const char* experiment, const char* name, const char* git_remote,
                                  uint32_t flags, exp_error** out_error) {
  if (out_renamed != nullptr) *out_renamed = 0;
  return capi::guard(out_error, [&] {
    capi::check_flags(flags, EXP_RENAME_FORCE);
    expcore::RenameOptions options;
    options.force = (flags & EXP_RENAME_FORCE) != 0;
    options.git_remote = capi::text_or_empty(git_remote);
    const bool renamed = experiments_of(project).rename(&capi::require(experiment, "experiment"),
                                                        &capi::require(name, "name"), options);
    if (out_renamed != nullptr) *out_renamed = renamed ? 1 : 0;
  });
}

exp_status exp_experiments_clean(const exp_project* project, exp_error** out_error) {
  return capi::guard(out_error, [&] { experiments_of(project).clean(); });
}

exp_status exp_experiments_list(exp_refs** out_refs, const exp_project* project,
                                const exp_list_options* options, exp_error** out_error) {
  if (out_refs != nullptr) *out_refs = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_refs, "out_refs");
    const exp_list_options given = capi::read_options(options);
    capi::check_flags(given.flags, EXP_LIST_ALL_COMMITS);
    expcore::ListOptions list;
    list.selection = to_selection(given.revs, given.num, (given.flags & EXP_LIST_ALL_COMMITS) != 0);
    list.git_remote = capi::text_or_empty(given.git_remote);
    out = new exp_refs(experiments_of(project).list(list));
  });
}

exp_status exp_experiments_remove(exp_names** out_removed, const exp_project* project,
                                  const exp_remove_options* options, exp_error** out_error) {
  if (out_removed != nullptr) *out_removed = nullptr;
  return capi::guard(out_error, [&] {
    const exp_remove_options given = capi::read_options(options);
    capi::check_flags(given.flags, (EXP_REMOVE_QUEUE << 1U) - 1);
    const auto has = [&](uint32_t flag) { return (given.flags & flag) != 0; };
    expcore::RemoveOptions remove;
    remove.names = capi::to_strings(given.names);
    remove.selection = to_selection(given.revs, given.num, has(EXP_REMOVE_ALL_COMMITS));
    remove.git_remote = capi::text_or_empty(given.git_remote);
    remove.keep = has(EXP_REMOVE_KEEP);
    remove.queue = has(EXP_REMOVE_QUEUE);
    if (!remove.names.empty() && (!remove.selection.revs.empty() || remove.selection.all_commits)) {
      throw expcore::Error(expcore::Errc::invalid_argument, "either names or baselines");
    }
    auto removed = experiments_of(project).remove(remove);
    if (out_removed != nullptr) *out_removed = new exp_names{std::move(removed)};
  });
}

exp_status exp_experiments_push(exp_share_result** out_result, const exp_project* project,
                                const exp_share_options* options, exp_error** out_error) {
  if (out_result != nullptr) *out_result = nullptr;
  return capi::guard(out_error, [&] {
    auto done = experiments_of(project).push(to_share_options(options));
    if (out_result != nullptr) *out_result = new exp_share_result(std::move(done));
  });
}

exp_status exp_experiments_pull(exp_share_result** out_result, const exp_project* project,
                                const exp_share_options* options, exp_error** out_error) {
  if (out_result != nullptr) *out_result = nullptr;
  return capi::guard(out_error, [&] {
    auto done = experiments_of(project).pull(to_share_options(options));
    if (out_result != nullptr) *out_result = new exp_share_result(std::move(done));
  });
}

void exp_share_result_free(exp_share_result* result) { delete result; }
const exp_refs* exp_share_result_done(const exp_share_result* result) {
  return result == nullptr ? nullptr : &result->done;
}
const exp_refs* exp_share_result_up_to_date(const exp_share_result* result) {
  return result == nullptr ? nullptr : &result->up_to_date;
}
const exp_refs* exp_share_result_diverged(const exp_share_result* result) {
  return result == nullptr ? nullptr : &result->diverged;
}
int64_t exp_share_result_transferred(const exp_share_result* result) {
  return result == nullptr ? 0 : result->transferred;
}
const exp_names* exp_share_result_failed(const exp_share_result* result) {
  return result == nullptr ? nullptr : &result->failed;
}
const exp_error* exp_share_result_data_error(const exp_share_result* result) {
  return result == nullptr ? nullptr : result->data_error.get();
}

exp_status exp_experiments_diff_json(char** out_text, const exp_project* project,
                                     const exp_diff_options* options, exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_text, "out_text");
    out = capi::copy_text(
        experiments_of(project).diff_json(capi::to_experiment_diff_options(options)));
  });
}

}  // extern "C"
