#include "boundary.hpp"

namespace capi = expcore::capi;
using expcore::InitOptions;
using expcore::Project;

extern "C" {

exp_status exp_project_open(exp_project** out_project, const char* directory,
                            exp_error** out_error) {
  if (out_project != nullptr) *out_project = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_project, "out_project");
    Project project = Project::open(directory == nullptr ? "." : directory);
    std::string root = project.root().string();
    out = new exp_project{std::move(project), std::move(root)};
  });
}

exp_status exp_project_init(exp_project** out_project, const char* directory, uint32_t flags,
                            exp_error** out_error) {
  if (out_project != nullptr) *out_project = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_project, "out_project");
    InitOptions options;
    options.no_scm = (flags & EXP_INIT_NO_SCM) != 0;
    options.subdir = (flags & EXP_INIT_SUBDIR) != 0;
    options.force = (flags & EXP_INIT_FORCE) != 0;
    Project project = Project::init(directory == nullptr ? "." : directory, options);
    std::string root = project.root().string();
    out = new exp_project{std::move(project), std::move(root)};
  });
}

void exp_project_free(exp_project* project) { delete project; }

const char* exp_project_root(const exp_project* project) {
  return project == nullptr ? "" : project->root.c_str();
}

}  // extern "C"
