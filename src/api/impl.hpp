#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include <expcore/pipeline.hpp>
#include <expcore/project.hpp>
#include <expcore/value.hpp>

#include "params/override.hpp"
#include "pipeline/workspace.hpp"
#include "remote/transfer.hpp"
#include "run/reproduce.hpp"
#include "yaml/value.hpp"

namespace expcore {

/// What a Project is; Pipeline and Experiments share it.
struct Project::Impl {
  std::string directory;
  std::string root;
  Environment environment;
  LogSink log;  ///< May be empty.
  LogLevel least_logged = LogLevel::info;

  /// A fresh view of the disk.
  std::unique_ptr<pipeline::Workspace> open() const {
    return pipeline::Workspace::open(directory, environment);
  }
  /// A listener that tells the log, too.
  EventCallback heard(const EventCallback& listener) const;
  QueueEventCallback heard_queue(const QueueEventCallback& listener) const;
  /// Options whose listener's events the log hears, too.
  template <typename Options>
  Options with_log_in(Options options) const {
    options.on_event = heard(options.on_event);
    return options;
  }

 private:
  template <typename Told>
  std::function<void(const Told&)> with_log(const std::function<void(const Told&)>& listener) const;
};

struct Pipeline::Impl {
  std::shared_ptr<const Project::Impl> project;
};

namespace api {

Environment process_environment();
/// Throws: Error{not_found} when there is no such folder.
std::string absolute_directory(const std::filesystem::path& directory);

/// Hands warnings to a callback that outlives the result.
std::function<void(const std::string&)> warnings_to(const EventCallback& on_event);

run::ReproduceOptions to_internal(const RunOptions& options, const std::string& command_line);
/// Makes events of kind `progress` for a callback that outlives the result.
Meter::Tell progress_to(const EventCallback& on_event);
remote::TransferOptions transfer_options(unsigned jobs, const CancelToken& cancel);
CellValue to_cell(const yaml::Value& value);

/// `-S` arguments of one experiment, by file.
/// Throws: Error{invalid_argument} for what does not parse and for sweeps, in DVC's words.
std::vector<params::FileOverrideSet> to_overrides(const std::vector<std::string>& arguments);
RunSummary summarize(const run::Reproduction& reproduction);

}  // namespace api
}  // namespace expcore
