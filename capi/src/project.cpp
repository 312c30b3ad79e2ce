#include <optional>
#include <utility>

#include "boundary.hpp"

namespace capi = expcore::capi;
using expcore::InitOptions;
using expcore::Project;

namespace {

expcore::Environment to_environment(const char* const* given) {
  expcore::Environment environment;
  for (const auto& entry : capi::to_strings(given)) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw expcore::Error(expcore::Errc::invalid_argument,
                           "'" + entry + "' is not of the form NAME=value");
    }
    environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return environment;
}

expcore::LogSink to_sink(exp_log_cb callback, void* user_data) {
  if (callback == nullptr) return {};
  return [=](const expcore::LogRecord& record) {
    const exp_log_record native = {sizeof native, record.text.c_str(), record.task.c_str(),
                                   static_cast<int32_t>(record.level), 0};
    if (callback(&native, user_data) != 0) {
      throw expcore::Error(expcore::Errc::callback, "stopped by the log callback");
    }
  };
}

}  // namespace

extern "C" {

exp_status exp_project_open(exp_project** out_project, const char* directory,
                            exp_error** out_error) {
  if (out_project != nullptr) *out_project = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_project, "out_project");
    out = new exp_project(Project::open(directory == nullptr ? "." : directory));
  });
}

exp_status exp_project_open_with(exp_project** out_project, const char* directory,
                                 const exp_open_options* options, exp_error** out_error) {
  if (out_project != nullptr) *out_project = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_project, "out_project");
    const exp_open_options given = capi::read_options(options);
    std::optional<expcore::Environment> environment;
    if (given.environment != nullptr) environment = to_environment(given.environment);
    out = new exp_project(
        Project::open(directory == nullptr ? "." : directory, std::move(environment)));
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
    out = new exp_project(Project::init(directory == nullptr ? "." : directory, options));
  });
}

void exp_project_free(exp_project* project) { delete project; }

const char* exp_project_root(const exp_project* project) {
  return project == nullptr ? "" : project->root.c_str();
}

const char* exp_project_directory(const exp_project* project) {
  return project == nullptr ? "" : project->directory.c_str();
}

exp_status exp_project_log_to(exp_project* project, exp_log_cb on_log, void* user_data,
                              int32_t least, exp_error** out_error) {
  return capi::guard(out_error, [&] {
    auto& logged = capi::require(project, "project").project;
    if (least < 0 || least > EXP_LOG_WARNING) {
      throw expcore::Error(expcore::Errc::invalid_argument, "least is not one of EXP_LOG_*");
    }
    logged.log_to(to_sink(on_log, user_data),
                  static_cast<expcore::LogLevel>(least == 0 ? EXP_LOG_INFO : least));
  });
}

}  // extern "C"
