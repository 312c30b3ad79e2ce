#include <memory>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {
namespace {

struct SyncArguments {
  expcore::SyncOptions options;
  bool allow_missing = false;
};

void add_options(CLI::App& command, SyncArguments& arguments, Context& context) {
  auto& options = arguments.options;
  command.add_option(
      "targets", options.targets,
      "Limit command scope to these tracked files/directories, .dvc files and stage names.");
  command.add_option("-j,--jobs", options.jobs, "Number of files to copy at once.")
      ->option_text("<number>");
  command.add_option("-r,--remote", options.remote, "Remote storage to use.")
      ->option_text("<name>");
  command.add_flag("-a,--all-branches", options.all_branches,
                   "The files of all Git branches, too.");
  command.add_flag("-T,--all-tags", options.all_tags, "The files of all Git tags, too.");
  command.add_flag("-A,--all-commits", options.all_commits, "The files of all Git commits, too.");
  command.add_flag("-d,--with-deps", options.with_deps, "And all dependencies of the targets.");
  command.add_flag("-R,--recursive", options.recursive, "And everything below target directories.");
  command.add_flag("--run-cache,!--no-run-cache", options.run_cache, "The run-cache, too.");
  command.add_flag("--verify", options.verify,
                   "Read what is there already and replace what is damaged.");
  add_verbosity(command, context);
}

void connect(SyncArguments& arguments, Context& context) {
  arguments.options.cancel = context.cancel;
  arguments.options.on_event = [&context](const expcore::Event& event) {
    context.output.event(event);
  };
}

/// Objects that could not be copied, each told, are an error in DVC's words.
void check(const expcore::SyncResult& result, const char* what, const Context& context) {
  for (const auto& failure : result.failed)
    context.output.error(failure);
  if (!result.failed.empty()) {
    throw expcore::Error(expcore::Errc::io,
                         fmt::format("{} files failed to {}", result.failed.size(), what));
  }
}

/// What fails is told with `prefix` and ends with 1, a missing remote too.
template <typename Body>
void with_prefix(Context& context, const char* prefix, Body&& body) {
  try {
    body();
  } catch (const expcore::Error& error) {
    if (error.code() == expcore::Errc::cancelled) throw;
    print_error(error, context, prefix);
    context.exit_code = exit_code::handled;
  }
}

void tell(const std::string& summary, const Context& context) {
  context.output.line(summary.empty() ? "Everything is up to date." : summary);
}

}  // namespace

void add_push(CLI::App& parent, Context& context) {
  auto* command =
      parent.add_subcommand("push", "Upload tracked files or directories to remote storage.");
  const auto arguments = std::make_shared<SyncArguments>();
  add_options(*command, *arguments, context);
  command->add_flag("--glob", arguments->options.glob,
                    "Allows targets containing shell-style wildcards.");
  command->callback([&context, arguments] {
    connect(*arguments, context);
    const auto project = expcore::Project::open(context.directory);
    with_prefix(context, "failed to push data to the cloud - ", [&] {
      const auto result = project.data().push(arguments->options);
      check(result, "upload", context);
      tell(files_summary({{result.transferred, "pushed"}}), context);
    });
  });
}

void add_fetch(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "fetch", "Download files or directories from remote storage to the cache.");
  const auto arguments = std::make_shared<SyncArguments>();
  add_options(*command, *arguments, context);
  command
      ->add_option("--max-size", arguments->options.max_size,
                   "Fetch only data files that are not larger (bytes).")
      ->option_text("<bytes>");
  command->callback([&context, arguments] {
    connect(*arguments, context);
    const auto project = expcore::Project::open(context.directory);
    with_prefix(context, "failed to fetch data from the cloud - ", [&] {
      const auto result = project.data().fetch(arguments->options);
      check(result, "download", context);
      tell(files_summary({{result.transferred, "fetched"}}), context);
    });
  });
}

void add_pull(CLI::App& parent, Context& context) {
  auto* command =
      parent.add_subcommand("pull", "Download tracked files or directories from remote storage.");
  const auto arguments = std::make_shared<SyncArguments>();
  add_options(*command, *arguments, context);
  command->add_flag("-f,--force", arguments->options.force,
                    "Do not prompt when removing working directory files.");
  command->add_flag("--glob", arguments->options.glob,
                    "Allows targets containing shell-style wildcards.");
  command->add_flag("--allow-missing", arguments->allow_missing,
                    "Ignore errors if some of the files or directories are missing.");
  command->callback([&context, arguments] {
    connect(*arguments, context);
    const auto project = expcore::Project::open(context.directory);
    with_prefix(context, "failed to pull data from the cloud - ", [&] {
      const auto pulled = project.data().pull(arguments->options);
      check(pulled.fetched, "download", context);
      const auto& result = pulled.checkout;
      print_changes(result, context);
      tell(files_summary({{pulled.fetched.transferred, "fetched"},
                          {result.files_modified, "modified"},
                          {result.files_added, "added"},
                          {result.files_deleted, "deleted"}}),
           context);
      if (!result.failed.empty() && !arguments->allow_missing) {
        throw expcore::Error(expcore::Errc::not_found, checkout_failure(result));
      }
    });
  });
}

}  // namespace cli
