#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "json.hpp"

namespace cli {
namespace {

using expcore::ChangeInfo;
using expcore::StageStatus;

/// "modified:           path", the path in the 21st column.
std::string change_line(const std::string& state, const std::string& path, int indent) {
  return fmt::format("{}{:<20}{}", std::string(static_cast<std::size_t>(indent), '\t'), state + ":",
                     path);
}

void print_changes(const Output& output, const char* title,
                   const std::vector<ChangeInfo>& changes) {
  if (changes.empty()) return;
  output.line(fmt::format("\t{}:", title));
  std::string file;
  for (const auto& change : changes) {
    if (change.key.empty()) {
      output.line(change_line(change.state, change.path, 2));
      continue;
    }
    if (change.path != file) output.line(fmt::format("\t\t{}:", change.path));
    file = change.path;
    output.line(change_line(change.state, change.key, 3));
  }
}

const char* command_word(const StageStatus& status) {
  return status.kind == expcore::StageKind::pipeline ? "changed command" : "changed checksum";
}

void print_status(const Output& output, const StageStatus& status) {
  output.line(status.address + ":");
  print_changes(output, "changed deps", status.deps);
  print_changes(output, "changed outs", status.outs);
  if (status.always_changed) output.line("\talways changed");
  if (status.command_changed) output.line(fmt::format("\t{}", command_word(status)));
}

std::string changes_json(const std::vector<ChangeInfo>& changes) {
  std::string out = "{";
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (i > 0) out += ", ";
    out += json_string(changes[i].path) + ": ";
    if (changes[i].key.empty()) {
      out += json_string(changes[i].state);
      continue;
    }
    out += "{" + json_string(changes[i].key) + ": " + json_string(changes[i].state);
    while (i + 1 < changes.size() && changes[i + 1].path == changes[i].path) {
      ++i;
      out += ", " + json_string(changes[i].key) + ": " + json_string(changes[i].state);
    }
    out += "}";
  }
  return out + "}";
}

std::string status_json(const expcore::PipelineStatus& status) {
  std::string out = "{";
  for (const auto& stage : status.stale) {
    if (out.size() > 1) out += ", ";
    std::vector<std::string> parts;
    if (!stage.deps.empty())
      parts.push_back("{\"changed deps\": " + changes_json(stage.deps) + "}");
    if (!stage.outs.empty())
      parts.push_back("{\"changed outs\": " + changes_json(stage.outs) + "}");
    if (stage.always_changed) parts.emplace_back("\"always changed\"");
    if (stage.command_changed) parts.push_back(json_string(command_word(stage)));
    out += json_string(stage.address) + fmt::format(": [{}]", fmt::join(parts, ", "));
  }
  return out + "}";
}

void print_explanation(const Output& output, const expcore::PipelineExplanation& explanation) {
  if (explanation.stages.empty()) output.line("Data and pipelines are up to date.");
  for (const auto& stage : explanation.stages) {
    output.line(stage.address + ":");
    for (const auto& reason : stage.direct)
      output.line("\t" + reason);
    for (const auto& reason : stage.inherited) {
      const auto found =
          std::find_if(explanation.stages.begin(), explanation.stages.end(),
                       [&](const auto& other) { return other.address == reason.stage; });
      const auto [chain, root] = explanation.chain_of(*found);
      std::string way = "'" + reason.stage + "'";
      for (const auto& upstream : chain)
        way += " <- '" + upstream + "'";
      output.line(fmt::format("\t'{}' comes from {}: {}", reason.path, way, root));
    }
  }
}

struct CloudArguments {
  bool cloud = false;
  expcore::SyncOptions options;

  bool is_wanted() const { return cloud || !options.remote.empty(); }
};

/// Options that say something about the remote only.
void refuse_without_remote(const CloudArguments& arguments) {
  const std::pair<bool, const char*> given[] = {{arguments.options.all_branches, "--all-branches"},
                                                {arguments.options.all_tags, "--all-tags"},
                                                {arguments.options.all_commits, "--all-commits"},
                                                {arguments.options.jobs != 0, "--jobs"}};
  std::vector<std::string> names;
  for (const auto& [is_given, name] : given) {
    if (is_given) names.emplace_back(name);
  }
  if (names.empty()) return;
  throw expcore::Error(expcore::Errc::invalid_argument,
                       fmt::format("The following options are meaningless for local status: {}",
                                   fmt::join(names, ", ")));
}

/// Names with their states. A name that several revisions use for different objects has DVC's last
/// word.
std::map<std::string, const char*> entries(const expcore::CloudStatus& status) {
  std::map<std::string, const char*> result;
  for (const auto& name : status.only_on_remote)
    result[name] = "deleted";
  for (const auto& name : status.only_in_cache)
    result[name] = "new";
  for (const auto& name : status.missing)
    result[name] = "missing";
  return result;
}

void print_empty_project(const Output& output) {
  output.line(
      "There are no data or pipelines tracked in this project yet.\n"
      "See <https://dvc.org/doc/start> to get started!");
}

void show_cloud_status(const expcore::Project& project, const CloudArguments& arguments,
                       bool as_json, Context& context) {
  const auto status = project.data().cloud_status(arguments.options);
  const auto found = entries(status);
  if (as_json) {
    std::vector<std::string> items;
    for (const auto& [name, state] : found)
      items.push_back(fmt::format("{}: \"{}\"", json_string(name), state));
    Output::raw(fmt::format("{{{}}}\n", fmt::join(items, ", ")));
  } else if (context.output.is_quiet()) {
    context.exit_code = found.empty() ? exit_code::ok : exit_code::handled;
  } else if (!found.empty()) {
    for (const auto& [name, state] : found)
      context.output.line(change_line(state, name, arguments.cloud ? 1 : 0));
  } else if (project.pipeline().stages().empty()) {
    print_empty_project(context.output);
  } else {
    context.output.line(fmt::format("Cache and remote '{}' are in sync.",
                                    status.remote.empty() ? "None" : status.remote));
  }
}

}  // namespace

void add_status(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("status", "Show which stages changed and why.");
  struct Arguments {
    expcore::StatusOptions options;
    CloudArguments cloud;
    bool json = false;
    bool explain = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("targets", arguments->options.targets,
                      "Limit to these .dvc files, dvc.yaml files and stage names.");
  command->add_flag("-d,--with-deps", arguments->options.with_deps,
                    "With all dependencies of the targets.");
  command->add_flag("-R,--recursive", arguments->options.recursive,
                    "All stages in the given directories.");
  auto& cloud = arguments->cloud;
  command->add_flag("-c,--cloud", cloud.cloud,
                    "Compare the cache with remote storage instead of the workspace with the "
                    "cache.");
  command
      ->add_option("-r,--remote", cloud.options.remote,
                   "The remote storage to compare with; stands for --cloud.")
      ->option_text("<name>");
  command->add_flag("-a,--all-branches", cloud.options.all_branches,
                    "With --cloud: the files of all Git branches, too.");
  command->add_flag("-T,--all-tags", cloud.options.all_tags,
                    "With --cloud: the files of all Git tags, too.");
  command->add_flag("-A,--all-commits", cloud.options.all_commits,
                    "With --cloud: the files of all Git commits, too.");
  command
      ->add_option("-j,--jobs", cloud.options.jobs,
                   "With --cloud: accepted; asking a folder needs no jobs.")
      ->option_text("<number>");
  command->add_flag("--json", arguments->json, "Show status in JSON format.");
  command->add_flag("--explain", arguments->explain,
                    "Show every stage that a run would not pass by, with the whole chain of "
                    "reasons from what changed.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    arguments->options.on_event = [&context](const expcore::Event& event) {
      context.output.event(event);
    };
    const auto project = expcore::Project::open(context.directory);
    if (arguments->explain) {
      const auto explanation = project.pipeline().explain(arguments->options);
      if (arguments->json) {
        Output::raw(explanation.json() + "\n");
      } else {
        print_explanation(context.output, explanation);
      }
      return;
    }
    expcore::PipelineStatus status;
    try {
      if (arguments->cloud.is_wanted()) {
        auto& chosen = arguments->cloud.options;
        chosen.targets = arguments->options.targets;
        chosen.with_deps = arguments->options.with_deps;
        chosen.recursive = arguments->options.recursive;
        chosen.on_event = arguments->options.on_event;
        chosen.cancel = context.cancel;
        show_cloud_status(project, arguments->cloud, arguments->json, context);
        return;
      }
      refuse_without_remote(arguments->cloud);
      status = project.pipeline().status(arguments->options);
    } catch (const expcore::Error& error) {
      if (error.full_message().starts_with("unexpected error - ")) throw;
      print_error(error, context);
      context.exit_code = exit_code::handled;
      return;
    }
    if (arguments->json) {
      Output::raw(status_json(status) + "\n");
    } else if (context.output.is_quiet()) {
      context.exit_code = status.up_to_date() ? exit_code::ok : exit_code::handled;
    } else if (!status.up_to_date()) {
      for (const auto& stage : status.stale)
        print_status(context.output, stage);
    } else if (status.stage_count == 0) {
      print_empty_project(context.output);
    } else {
      context.output.line("Data and pipelines are up to date.");
    }
  });
}

}  // namespace cli
