#pragma once
#include <map>
#include <memory>
#include <string>

#include <expcore/executor.hpp>
#include <expcore/job_engine.hpp>

namespace expcore::run {

/// An engine that is command lines, as CommandExecutorOptions has them.
/// Throws: Error{invalid_argument} for a template with names that are not known, an id_pattern that
/// is no regular expression with one group, and a missing command line.
std::shared_ptr<JobEngine> command_engine(const CommandExecutorOptions& options,
                                          std::map<std::string, std::string> environment);

/// `line` with each `{name}` replaced by its value, quoted for a POSIX shell. `{` that no lower
/// case name and `}` follow, and `${name}`, stay as they are. Throws: Error{invalid_argument}
/// "unknown '{nmae}'; script, log, … are known".
std::string fill_in(const std::string& line, const std::map<std::string, std::string>& values);

/// The executor `name` in `<dvc_dir>/expcore.yaml`:
/// `executors: {slurm: {submit: …, poll: …, cancel: …}}`; see docs/guide/executors.md.
/// Throws: Error{not_found}, Error{parse}, Error{invalid_argument} naming the file and the member.
CommandExecutorOptions read_executor(const std::string& dvc_dir, const std::string& name);

}  // namespace expcore::run
