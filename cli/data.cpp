#include <memory>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {
namespace {

struct Arguments {
  expcore::DataStatusOptions options;
  std::string untracked_files = "no";
  bool unchanged = false;
  bool json = false;
  bool no_refresh = false;
};

/// A part of the answer: its title, what to do about it, and its lines.
struct Section {
  const char* title;
  std::vector<const char*> hints;
  std::vector<std::string> lines;
};

std::vector<std::string> lines_of(const expcore::DataChanges& changes) {
  std::vector<std::string> lines;
  const auto add = [&](const char* state, const std::vector<std::string>& paths) {
    for (const auto& path : paths)
      lines.push_back(fmt::format("{}: {}", state, path));
  };
  add("modified", changes.modified);
  add("unknown", changes.unknown);
  add("added", changes.added);
  for (const auto& [from, to] : changes.renamed)
    lines.push_back(fmt::format("renamed: {} -> {}", from, to));
  add("deleted", changes.deleted);
  return lines;
}

std::vector<Section> sections_of(const expcore::DataStatus& status, bool unchanged) {
  std::vector<Section> sections = {
      {"Not in cache", {"use \"dvc fetch <file>...\" to download files"}, status.not_in_cache},
      {"Not in remote", {"use \"dvc push <file>...\" to upload files"}, status.not_in_remote},
      {"DVC committed changes",
       {"git commit the corresponding dvc files to update the repo"},
       lines_of(status.committed)},
      {"DVC uncommitted changes",
       {"use \"dvc commit <file>...\" to track changes",
        "use \"dvc checkout <file>...\" to discard changes"},
       lines_of(status.uncommitted)},
      {"Untracked files",
       {"use \"git add <file> ...\" or \"dvc add <file>...\" to commit to git or to dvc"},
       status.untracked},
      {"DVC unchanged files", {}, status.unchanged}};
  if (!unchanged) sections.pop_back();
  std::erase_if(sections, [](const Section& section) { return section.lines.empty(); });
  return sections;
}

void print(const expcore::DataStatus& status, bool unchanged, const Output& output) {
  const auto sections = sections_of(status, unchanged);
  if (sections.empty()) {
    output.line(status.git_is_empty ? "No changes in an empty git repo." : "No changes.");
  }
  for (const auto& section : sections) {
    if (&section != &sections.front()) output.line("");
    output.line(fmt::format("{}:", section.title));
    for (const char* hint : section.hints)
      output.line(fmt::format("  ({})", hint));
    for (const auto& line : section.lines)
      output.line("        " + line);
  }
  if (status.git_is_dirty) {
    output.line(fmt::format("(there are {}changes not tracked by dvc, use \"git status\" to see)",
                            sections.empty() ? "" : "other "));
  }
}

void add_status_of_data(CLI::App& group, Context& context) {
  auto* command = group.add_subcommand(
      "status", "Show changes between the last git commit, the dvcfiles and the workspace.");
  const auto arguments = std::make_shared<Arguments>();
  auto& options = arguments->options;
  command->add_option("targets", options.targets, "Limit the answer to these files and folders.");
  command->add_flag("--json", arguments->json, "Show output in JSON format.");
  command->add_flag("--granular", options.granular, "Tell of files in tracked folders, too.");
  command->add_flag("--unchanged", arguments->unchanged, "Tell of what did not change, too.");
  command
      ->add_option("--untracked-files", arguments->untracked_files,
                   "Tell of files that neither Git nor DVC tracks: no or, without a value, all.")
      ->expected(0, 1)
      ->default_str("all")
      ->check(CLI::IsMember({"no", "all"}))
      ->option_text("[no|all]");
  command->add_flag("--not-in-remote", options.not_in_remote,
                    "Tell of what the remote does not have.");
  command
      ->add_option("-r,--remote", options.remote,
                   "The remote to ask (with --not-in-remote); else the default one.")
      ->option_text("<name>");
  command->add_flag("--no-remote-refresh", arguments->no_refresh,
                    "Accepted; a folder is asked anew every time.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    auto& chosen = arguments->options;
    chosen.untracked_files = arguments->untracked_files == "all";
    chosen.cancel = context.cancel;
    chosen.on_event = [&context](const expcore::Event& event) { context.output.event(event); };
    const auto project = expcore::Project::open(context.directory);
    const auto status = project.data().status(chosen);
    if (arguments->json) {
      Output::raw(status.json(arguments->unchanged) + "\n");
    } else {
      print(status, arguments->unchanged, context.output);
    }
  });
}

}  // namespace

void add_data(CLI::App& parent, Context& context) {
  auto* group = parent.add_subcommand("data", "Commands related to data management.");
  group->require_subcommand(1);
  add_status_of_data(*group, context);
}

}  // namespace cli
