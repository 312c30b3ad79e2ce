#include <filesystem>
#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {
namespace {

struct Arguments {
  expcore::GcOptions options;
  int jobs = 0;  ///< Taken for the sake of scripts; nothing is gained by it.
};

/// What will be kept, in DVC's words.
std::string announcement(const expcore::GcOptions& options, const std::string& directory) {
  std::string text = "This will remove all cache except items used in the workspace";
  if (options.all_commits) {
    text += " and all git commits";
  } else {
    if (options.all_branches && options.all_tags) {
      text += " and all git branches and tags";
    } else if (options.all_branches) {
      text += " and all git branches";
    } else if (options.all_tags) {
      text += " and all git tags";
    }
    if (!options.commit_date.empty()) {
      text += " and all git commits before date " + options.commit_date;
    }
    if (!options.rev.empty()) {
      text += fmt::format(" and last {} commits from {}", options.num == 0 ? 1 : options.num,
                          options.rev);
    }
  }
  if (options.all_experiments) text += " and all experiments";
  if (options.not_in_remote) text += " that are not present in the DVC remote";
  if (options.projects.empty()) return text + " of the current repo.";
  text += " of the current and the following repos:";
  for (const auto& project : options.projects) {
    const auto path = std::filesystem::absolute(directory) / project;
    text += "\n  - " + path.lexically_normal().string();
  }
  return text;
}

/// Asks whoever is at the other end of the standard input, a terminal or not, as DVC does here.
bool confirm_collection() {
  Output::raw("Are you sure you want to proceed? [y/n]: ");
  std::string answer;
  while (std::getline(std::cin, answer)) {
    if (answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
  }
  return false;
}

void print_results(const Output& output, const std::vector<expcore::GcResult>& results) {
  for (const auto& result : results) {
    const bool is_remote = result.store == "remote";
    if (result.removed > 0) {
      output.line(is_remote ? fmt::format("Removed {} objects from remote.", result.removed)
                            : fmt::format("Removed {} objects from {} cache.", result.removed,
                                          result.store));
    } else {
      output.line(is_remote ? "No unused cache to remove from remote."
                            : fmt::format("No unused '{}' cache to remove.", result.store));
    }
  }
}

}  // namespace

void add_gc(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "gc", "Remove objects from cache or remote that the given revisions do not use.");
  const auto arguments = std::make_shared<Arguments>();
  auto& options = arguments->options;
  command->add_flag("-w,--workspace", options.workspace, "Keep what the workspace uses.");
  command->add_option("--rev", options.rev, "Keep what this commit uses.")->option_text("<commit>");
  command->add_option("-n,--num", options.num, "Keep what this many commits from --rev on use.")
      ->option_text("<num>");
  command->add_flag("-a,--all-branches", options.all_branches, "Keep what all branches use.");
  command->add_flag("-T,--all-tags", options.all_tags, "Keep what all tags use.");
  command->add_flag("-A,--all-commits", options.all_commits, "Keep what all commits use.");
  command->add_option("--date", options.commit_date, "Keep what commits of this day and later use.")
      ->option_text("<yyyy-mm-dd>");
  command->add_flag("--all-experiments", options.all_experiments,
                    "Keep what all experiments use. Queued and running ones are kept always.");
  command->add_flag("--not-in-remote", options.not_in_remote,
                    "Keep only what the remote does not have.");
  command->add_flag("-c,--cloud", options.cloud, "Remove from the remote, too.");
  command->add_option("-r,--remote", options.remote, "The remote; else the default one.")
      ->option_text("<name>");
  command->add_flag("--skip-failed", options.skip_failed,
                    "Pass over revisions that cannot be read.");
  command->add_flag("-f,--force", options.force, "Ask nothing.");
  command->add_option("-j,--jobs", arguments->jobs, "Accepted, without effect.")
      ->option_text("<number>");
  command
      ->add_option("-p,--projects", options.projects,
                   "Keep what these projects use, which share the cache.")
      ->option_text("<paths>");
  command->add_flag("--dry", options.dry, "Only tell what would be removed.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    auto& chosen = arguments->options;
    chosen.cancel = context.cancel;
    chosen.on_event = [&context](const expcore::Event& event) { context.output.event(event); };
    const auto project = expcore::Project::open(context.directory);
    expcore::Data::check(chosen);
    if (chosen.dry) chosen.force = true;
    context.output.warning(announcement(chosen, context.directory));
    if (!chosen.force && !confirm_collection()) {
      context.exit_code = exit_code::handled;
      return;
    }
    chosen.confirm = asker(context);
    try {
      print_results(context.output, project.data().gc(chosen));
    } catch (const expcore::Error& error) {
      if (error.code() != expcore::Errc::config) throw;
      print_error(error, context, "configuration error - ");
      context.exit_code = exit_code::config;
    }
  });
}

}  // namespace cli
