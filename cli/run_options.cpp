#include <iostream>
#include <memory>
#include <unistd.h>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {
namespace {

bool ask(const std::string& stage) {
  return ask_yes_or_no(
      fmt::format("Going to reproduce stage: '{}'. Are you sure you want to continue?", stage));
}

}  // namespace

bool ask_yes_or_no(const std::string& question) {
  if (::isatty(STDIN_FILENO) == 0) return false;
  Output::raw(question + " [y/n] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

std::function<bool(const std::string&)> asker(Context& context) {
  return [&context](const std::string& question) {
    context.output.clear_progress();
    return ask_yes_or_no(question);
  };
}

void add_verbosity(CLI::App& command, Context& context) {
  command.add_flag_callback(
      "-q,--quiet", [&] { context.output.set_verbosity(Verbosity::quiet); }, "Be quiet.");
  command.add_flag_callback(
      "-v,--verbose", [&] { context.output.set_verbosity(Verbosity::verbose); }, "Be verbose.");
}

void add_run_options(CLI::App& command, expcore::RunOptions& options, Context& context) {
  command.add_option("targets", options.targets,
                     "Stages to reproduce; 'dvc.yaml' by default. A stage name, a path to a "
                     "dvc.yaml or .dvc file, or path:name.");
  command.add_flag("-f,--force", options.force, "Reproduce even if dependencies were not changed.");
  command.add_flag_callback(
      "-i,--interactive", [&] { options.confirm = ask; },
      "Ask for confirmation before reproducing each stage.");
  command.add_flag("-s,--single-item", options.single_item,
                   "Reproduce the targets only, without their dependencies.");
  command.add_flag("-p,--pipeline", options.pipeline,
                   "Reproduce the whole pipeline that the targets belong to.");
  command.add_flag("-P,--all-pipelines", options.all_pipelines,
                   "Reproduce all pipelines in the repository.");
  command.add_flag("-R,--recursive", options.recursive,
                   "Reproduce all stages in the given directories.");
  command.add_flag("--downstream", options.downstream,
                   "Start from the given stages and go downstream.");
  command.add_flag("--force-downstream", options.force_downstream,
                   "Reproduce all descendants of a stage that ran.");
  command.add_flag("--allow-missing", options.allow_missing,
                   "Skip stages with missing data but no other changes.");
  command.add_flag("--pull", options.pull,
                   "Get missing data, and results of former runs, from the remote.");
  command.add_option("-j,--jobs", options.jobs,
                     "How many stages may run at once; 0: one per processor. Stages say what they "
                     "need under meta: {expcore: …}.");
  command.add_flag("--dry", options.dry, "Only print the commands that would be executed.");
  command.add_flag_callback(
      "-k,--keep-going", [&] { options.on_error = expcore::OnError::keep_going; },
      "Go on, skipping stages that depend on a failed one.");
  command.add_flag_callback(
      "--ignore-errors", [&] { options.on_error = expcore::OnError::ignore; },
      "Ignore errors from stages.");
  add_verbosity(command, context);
}

void connect(expcore::RunOptions& options, Context& context) {
  const bool alone = options.jobs == 1;
  options.streams = alone ? expcore::CommandStreams::inherit : expcore::CommandStreams::capture;
  if (!alone) {
    context.output.name_stages();
    expect_commands_apart();
  }
  options.cancel = context.cancel;
  options.on_event = [&context](const expcore::Event& event) { context.output.event(event); };
}

}  // namespace cli
