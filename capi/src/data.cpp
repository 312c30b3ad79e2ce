#include <utility>
#include <vector>

#include <expcore/data.hpp>

#include "boundary.hpp"

namespace capi = expcore::capi;

struct exp_checkout_result {
  std::vector<std::pair<int32_t, std::string>> paths;
};

namespace {

expcore::Data data_of(const exp_project* project) {
  return capi::require(project, "project").project.data();
}

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : text; }

}  // namespace

extern "C" {

exp_status exp_data_add(const exp_project* project, const char* const* targets, const char* out,
                        uint32_t flags, exp_error** out_error) {
  return capi::guard(out_error, [&] {
    capi::check_flags(flags, (EXP_ADD_FORCE << 1U) - 1);
    expcore::AddOptions options;
    options.glob = (flags & EXP_ADD_GLOB) != 0;
    options.no_commit = (flags & EXP_ADD_NO_COMMIT) != 0;
    options.no_relink = (flags & EXP_ADD_NO_RELINK) != 0;
    options.force = (flags & EXP_ADD_FORCE) != 0;
    options.out = text_or_empty(out);
    data_of(project).add(capi::to_strings(&capi::require(targets, "targets")), options);
  });
}

exp_status exp_data_commit(const exp_project* project, const char* target, uint32_t flags,
                           exp_error** out_error) {
  return capi::guard(out_error, [&] {
    capi::check_flags(flags, (EXP_DATA_FORCE << 1U) - 1);
    expcore::CommitOptions options;
    options.with_deps = (flags & EXP_DATA_WITH_DEPS) != 0;
    options.recursive = (flags & EXP_DATA_RECURSIVE) != 0;
    options.force = (flags & EXP_DATA_FORCE) != 0;
    data_of(project).commit(text_or_empty(target), options);
  });
}

exp_status exp_data_checkout(exp_checkout_result** out_result, const exp_project* project,
                             const char* const* targets, uint32_t flags, exp_error** out_error) {
  if (out_result != nullptr) *out_result = nullptr;
  return capi::guard(out_error, [&] {
    capi::check_flags(flags, (EXP_DATA_RELINK << 1U) - 1);
    expcore::CheckoutOptions options;
    options.with_deps = (flags & EXP_DATA_WITH_DEPS) != 0;
    options.recursive = (flags & EXP_DATA_RECURSIVE) != 0;
    options.force = (flags & EXP_DATA_FORCE) != 0;
    options.relink = (flags & EXP_DATA_RELINK) != 0;
    auto done = data_of(project).checkout(capi::to_strings(targets), options);
    if (out_result == nullptr) return;
    auto result = std::make_unique<exp_checkout_result>();
    const auto take = [&](std::vector<std::string>& paths, int32_t kind) {
      for (auto& path : paths)
        result->paths.emplace_back(kind, std::move(path));
    };
    take(done.added, EXP_CHECKOUT_ADDED);
    take(done.modified, EXP_CHECKOUT_MODIFIED);
    take(done.deleted, EXP_CHECKOUT_DELETED);
    take(done.failed, EXP_CHECKOUT_FAILED);
    *out_result = result.release();
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

exp_status exp_data_remove(const exp_project* project, const char* target, int32_t outs,
                           exp_error** out_error) {
  return capi::guard(out_error,
                     [&] { data_of(project).remove(&capi::require(target, "target"), outs != 0); });
}

exp_status exp_data_move(const exp_project* project, const char* from, const char* to,
                         exp_error** out_error) {
  return capi::guard(out_error, [&] {
    data_of(project).move(&capi::require(from, "from"), &capi::require(to, "to"));
  });
}

exp_status exp_data_unprotect(const exp_project* project, const char* target,
                              exp_error** out_error) {
  return capi::guard(out_error,
                     [&] { data_of(project).unprotect(&capi::require(target, "target")); });
}

}  // extern "C"
