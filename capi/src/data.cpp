#include "data.hpp"

#include <utility>

namespace capi = expcore::capi;

namespace {

/// The flags are those of one function; `known` are all of them.
template <typename Options>
Options to_options(const exp_data_options* given, uint32_t known) {
  const exp_data_options options = capi::read_options(given);
  capi::check_flags(options.flags, known);
  Options result;
  result.on_event = capi::to_callback(options.on_event, options.user_data);
  if (options.cancel != nullptr) result.cancel = options.cancel->token;
  return result;
}

uint32_t flags_of(const exp_data_options* given) { return capi::read_options(given).flags; }

exp_data_options with_flags(uint32_t flags) {
  exp_data_options options = EXP_DATA_OPTIONS_INIT;
  options.flags = flags;
  return options;
}

expcore::AddOptions to_add_options(const char* out, const exp_data_options* given) {
  auto options = to_options<expcore::AddOptions>(given, (EXP_ADD_FORCE << 1U) - 1);
  const uint32_t flags = flags_of(given);
  options.glob = (flags & EXP_ADD_GLOB) != 0;
  options.no_commit = (flags & EXP_ADD_NO_COMMIT) != 0;
  options.no_relink = (flags & EXP_ADD_NO_RELINK) != 0;
  options.force = (flags & EXP_ADD_FORCE) != 0;
  options.out = capi::text_or_empty(out);
  return options;
}

expcore::CommitOptions to_commit_options(const exp_data_options* given) {
  constexpr uint32_t known =
      EXP_DATA_WITH_DEPS | EXP_DATA_RECURSIVE | EXP_DATA_FORCE | EXP_DATA_NO_RELINK;
  auto options = to_options<expcore::CommitOptions>(given, known);
  const uint32_t flags = flags_of(given);
  options.with_deps = (flags & EXP_DATA_WITH_DEPS) != 0;
  options.recursive = (flags & EXP_DATA_RECURSIVE) != 0;
  options.force = (flags & EXP_DATA_FORCE) != 0;
  options.no_relink = (flags & EXP_DATA_NO_RELINK) != 0;
  const exp_data_options native = capi::read_options(given);
  options.confirm = capi::to_confirm(native.on_confirm, native.user_data);
  return options;
}

expcore::CheckoutOptions to_checkout_options(const exp_data_options* given) {
  constexpr uint32_t known =
      EXP_DATA_WITH_DEPS | EXP_DATA_RECURSIVE | EXP_DATA_FORCE | EXP_DATA_RELINK | EXP_DATA_GLOB;
  auto options = to_options<expcore::CheckoutOptions>(given, known);
  const uint32_t flags = flags_of(given);
  options.with_deps = (flags & EXP_DATA_WITH_DEPS) != 0;
  options.recursive = (flags & EXP_DATA_RECURSIVE) != 0;
  options.force = (flags & EXP_DATA_FORCE) != 0;
  options.relink = (flags & EXP_DATA_RELINK) != 0;
  options.glob = (flags & EXP_DATA_GLOB) != 0;
  return options;
}

}  // namespace

exp_checkout_result::exp_checkout_result(expcore::CheckoutResult done)
    : files{done.files_added, done.files_modified, done.files_deleted} {
  const auto take = [&](std::vector<std::string>& list, int32_t kind) {
    for (auto& path : list)
      paths.emplace_back(kind, std::move(path));
  };
  take(done.added, EXP_CHECKOUT_ADDED);
  take(done.modified, EXP_CHECKOUT_MODIFIED);
  take(done.deleted, EXP_CHECKOUT_DELETED);
  take(done.failed, EXP_CHECKOUT_FAILED);
}

expcore::Data capi::data_of(const exp_project* project) {
  return require(project, "project").project.data();
}

std::function<bool(const std::string&)> capi::to_confirm(exp_confirm_cb callback, void* user_data) {
  if (callback == nullptr) return {};
  return [=](const std::string& question) {
    int32_t answer = 0;
    if (callback(question.c_str(), &answer, user_data) != 0) {
      throw Error(Errc::callback, "stopped by the callback that was asked");
    }
    return answer == 1;
  };
}

extern "C" {

exp_status exp_data_add(const exp_project* project, const char* const* targets, const char* out,
                        uint32_t flags, exp_error** out_error) {
  const exp_data_options options = with_flags(flags);
  return exp_data_add_with(nullptr, project, targets, out, &options, out_error);
}

exp_status exp_data_add_with(exp_names** out_records, const exp_project* project,
                             const char* const* targets, const char* out,
                             const exp_data_options* options, exp_error** out_error) {
  if (out_records != nullptr) *out_records = nullptr;
  return capi::guard(out_error, [&] {
    const auto add = to_add_options(out, options);
    auto records =
        capi::data_of(project).add(capi::to_strings(&capi::require(targets, "targets")), add);
    if (out_records != nullptr) *out_records = new exp_names{std::move(records)};
  });
}

exp_status exp_data_commit(const exp_project* project, const char* target, uint32_t flags,
                           exp_error** out_error) {
  const exp_data_options options = with_flags(flags);
  return exp_data_commit_with(project, target, &options, out_error);
}

exp_status exp_data_commit_with(const exp_project* project, const char* target,
                                const exp_data_options* options, exp_error** out_error) {
  return capi::guard(out_error, [&] {
    capi::data_of(project).commit(capi::text_or_empty(target), to_commit_options(options));
  });
}

exp_status exp_data_checkout(exp_checkout_result** out_result, const exp_project* project,
                             const char* const* targets, uint32_t flags, exp_error** out_error) {
  const exp_data_options options = with_flags(flags);
  return exp_data_checkout_with(out_result, project, targets, &options, out_error);
}

exp_status exp_data_checkout_with(exp_checkout_result** out_result, const exp_project* project,
                                  const char* const* targets, const exp_data_options* options,
                                  exp_error** out_error) {
  if (out_result != nullptr) *out_result = nullptr;
  return capi::guard(out_error, [&] {
    auto done =
        capi::data_of(project).checkout(capi::to_strings(targets), to_checkout_options(options));
    if (out_result != nullptr) *out_result = new exp_checkout_result(std::move(done));
  });
}

void exp_checkout_result_free(exp_checkout_result* result) { delete result; }

size_t exp_checkout_result_count(const exp_checkout_result* result) {
  return result == nullptr ? 0 : result->paths.size();
}

const char* exp_checkout_result_path(const exp_checkout_result* result, size_t index) {
  return index < exp_checkout_result_count(result) ? result->paths[index].second.c_str() : nullptr;
}

int32_t exp_checkout_result_kind(const exp_checkout_result* result, size_t index) {
  return index < exp_checkout_result_count(result) ? result->paths[index].first : -1;
}

int64_t exp_checkout_result_files(const exp_checkout_result* result, int32_t kind) {
  const bool is_counted = kind >= EXP_CHECKOUT_ADDED && kind < EXP_CHECKOUT_FAILED;
  return result == nullptr || !is_counted ? 0 : result->files[static_cast<size_t>(kind)];
}

exp_status exp_data_remove(const exp_project* project, const char* target, int32_t outs,
                           exp_error** out_error) {
  return capi::guard(out_error, [&] {
    capi::data_of(project).remove(&capi::require(target, "target"), outs != 0);
  });
}

exp_status exp_data_move(const exp_project* project, const char* from, const char* to,
                         exp_error** out_error) {
  return exp_data_move_with(project, from, to, nullptr, out_error);
}

exp_status exp_data_move_with(const exp_project* project, const char* from, const char* to,
                              const exp_data_options* options, exp_error** out_error) {
  return capi::guard(out_error, [&] {
    const auto move = to_options<expcore::AddOptions>(options, 0);
    capi::data_of(project).move(&capi::require(from, "from"), &capi::require(to, "to"),
                                move.on_event, move.cancel);
  });
}

exp_status exp_data_unprotect(const exp_project* project, const char* target,
                              exp_error** out_error) {
  return capi::guard(out_error,
                     [&] { capi::data_of(project).unprotect(&capi::require(target, "target")); });
}

exp_status exp_data_migrate_cache(int64_t* out_objects, exp_names** out_records,
                                  const exp_project* project, const exp_data_options* options,
                                  exp_error** out_error) {
  if (out_objects != nullptr) *out_objects = 0;
  if (out_records != nullptr) *out_records = nullptr;
  return capi::guard(out_error, [&] {
    auto migrate =
        to_options<expcore::MigrateOptions>(options, EXP_MIGRATE_RECORDS | EXP_MIGRATE_DRY);
    const uint32_t flags = flags_of(options);
    migrate.records = (flags & EXP_MIGRATE_RECORDS) != 0;
    migrate.dry = (flags & EXP_MIGRATE_DRY) != 0;
    auto done = capi::data_of(project).migrate_cache(migrate);
    if (out_records != nullptr) *out_records = new exp_names{std::move(done.records)};
    if (out_objects != nullptr) *out_objects = done.objects;
  });
}

}  // extern "C"
