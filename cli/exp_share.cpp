#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.hpp"
#include "exp_selection.hpp"

/// Experiments to and from other Git repositories.
namespace cli {
namespace {

using Refs = std::vector<expcore::ExperimentRef>;

std::vector<std::string> names_of(const Refs& refs) {
  std::vector<std::string> names;
  for (const auto& ref : refs)
    names.push_back(ref.name);
  return names;
}

/// "a, b and c".
std::string joined(const Refs& refs) {
  auto names = names_of(refs);
  const std::string last = names.back();
  names.pop_back();
  return names.empty() ? last : fmt::format("{} and {}", fmt::join(names, ", "), last);
}

/// As Python prints a list.
std::string python_list(const Refs& refs) {
  std::vector<std::string> quoted;
  for (const auto& name : names_of(refs))
    quoted.push_back(repr_list({name}));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

void add_options(CLI::App& command, expcore::ShareOptions& options, bool is_push) {
  const std::string verb = is_push ? "Push" : "Pull";
  add_selection(command, options.selection, verb, true);
  command.add_flag("-f,--force", options.force,
                   is_push ? "Replace experiment in the Git remote if it already exists."
                           : "Replace local experiment if it already exists.");
  command.add_flag(
      "--no-cache", options.no_cache,
      fmt::format("Do not {} cached outputs for this experiment {} DVC remote storage.",
                  is_push ? "push" : "pull", is_push ? "to" : "from"));
  command
      .add_option("-r,--remote", options.remote,
                  fmt::format("Name of the DVC remote to use when {} cached outputs.",
                              is_push ? "pushing" : "pulling"))
      ->option_text("<name>");
  command.add_option("-j,--jobs", options.jobs, "Number of files to copy at once.")
      ->option_text("<number>");
  command.add_flag("--run-cache,!--no-run-cache", options.run_cache, "The run-cache, too.");
  command.add_option("git_remote", options.git_remote, "Git remote name or Git URL.")->required();
  command.add_option(
      "experiment", options.names,
      fmt::format("Experiments to {}; those of HEAD by default.", is_push ? "push" : "pull"));
}

void connect(expcore::ShareOptions& options, Context& context) {
  options.cancel = context.cancel;
  options.on_event = [&context](const expcore::Event& event) { context.output.event(event); };
}

/// Throws why data is not there completely.
void check_data(const expcore::ShareResult& result, const char* what, const Context& context) {
  for (const auto& failure : result.failed)
    context.output.error(failure);
  if (!result.failed.empty()) {
    throw expcore::Error(expcore::Errc::io,
                         fmt::format("{} files failed to {}", result.failed.size(), what));
  }
  if (result.data_error) throw expcore::Error(*result.data_error);
}

void push(expcore::ShareOptions& options, Context& context) {
  connect(options, context);
  const auto project = expcore::Project::open(context.directory);
  const auto result = project.experiments().push(options);
  const auto& remote = options.git_remote;
  if (!result.diverged.empty()) {
    Output::note(fmt::format(
        "Local experiment {} has diverged from remote experiment with the same name.\nTo override "
        "the remote experiment re-run with '--force'.",
        joined(result.diverged)));
  }
  if (!result.up_to_date.empty()) {
    context.output.line(fmt::format("Experiment {} {} up to date on Git remote '{}'.",
                                    joined(result.up_to_date),
                                    result.up_to_date.size() > 1 ? "are" : "is", remote));
  }
  if (!result.done.empty()) {
    context.output.line(
        fmt::format("Pushed experiment {} to Git remote '{}'.", joined(result.done), remote));
  }
  if (result.up_to_date.empty() && result.done.empty()) {
    context.output.line("No experiments to push.");
  }
  const auto summary = files_summary({{result.transferred, "uploaded"}});
  if (!summary.empty()) context.output.line(summary);
  try {
    check_data(result, "upload", context);
  } catch (const expcore::Error& error) {
    throw expcore::Error(expcore::Errc::io, "failed to push cache: " + error.full_message());
  }
  if (options.no_cache) {
    context.output.line(
        "To push cached outputs for this experiment to DVC remote storage,re-run this command "
        "without '--no-cache'.");
  }
}

void pull(expcore::ShareOptions& options, Context& context) {
  connect(options, context);
  const auto project = expcore::Project::open(context.directory);
  const auto result = project.experiments().pull(options);
  if (!result.diverged.empty()) {
    Output::note(fmt::format(
        "Local experiment '{}' has diverged from remote experiment with the same name. To override "
        "the local experiment re-run with '--force'.",
        python_list(result.diverged)));
  }
  try {
    check_data(result, "download", context);
  } catch (expcore::Error& error) {
    if (error.code() == expcore::Errc::config) {
      throw expcore::Error(error.code(), "configuration error - " + error.full_message());
    }
    throw;
  }
  context.output.line(result.done.empty()
                          ? "No experiments to pull."
                          : fmt::format("Pulled experiment '{}' from Git remote '{}'.",
                                        python_list(result.done), options.git_remote));
  if (options.no_cache) {
    context.output.line(
        "To pull cached outputs for this experimentfrom DVC remote storage,re-run this command "
        "without '--no-cache'.");
  }
}

}  // namespace

void add_exp_push(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("push", "Push a local experiment to a Git remote.");
  const auto options = std::make_shared<expcore::ShareOptions>();
  add_options(*command, *options, true);
  add_verbosity(*command, context);
  command->callback([&context, options] { push(*options, context); });
}

void add_exp_pull(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("pull", "Pull an experiment from a Git remote.");
  const auto options = std::make_shared<expcore::ShareOptions>();
  add_options(*command, *options, false);
  add_verbosity(*command, context);
  command->callback([&context, options] { pull(*options, context); });
}

}  // namespace cli
