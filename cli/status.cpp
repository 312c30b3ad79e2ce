#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"

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

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i];
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
    } else if (byte < 0x80) {
      out += text[i];
    } else {
      const std::size_t length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
      unsigned code = byte & (0xFFU >> (length + 1));
      for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
        code = (code << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
      }
      i += length - 1;
      if (code >= 0x10000) {
        code -= 0x10000;
        out +=
            fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + (code >> 10U), 0xDC00U + (code & 0x3FFU));
      } else {
        out += fmt::format("\\u{:04x}", code);
      }
    }
  }
  return out + "\"";
}

std::string changes_json(const std::vector<ChangeInfo>& changes) {
  std::string out = "{";
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (i > 0) out += ", ";
    out += json_text(changes[i].path) + ": ";
    if (changes[i].key.empty()) {
      out += json_text(changes[i].state);
      continue;
    }
    out += "{" + json_text(changes[i].key) + ": " + json_text(changes[i].state);
    while (i + 1 < changes.size() && changes[i + 1].path == changes[i].path) {
      ++i;
      out += ", " + json_text(changes[i].key) + ": " + json_text(changes[i].state);
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
    if (stage.command_changed) parts.push_back(json_text(command_word(stage)));
    out += json_text(stage.address) + fmt::format(": [{}]", fmt::join(parts, ", "));
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

}  // namespace

void add_status(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("status", "Show which stages changed and why.");
  struct Arguments {
    expcore::StatusOptions options;
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
      context.output.line(
          "There are no data or pipelines tracked in this project yet.\n"
          "See <https://dvc.org/doc/start> to get started!");
    } else {
      context.output.line("Data and pipelines are up to date.");
    }
  });
}

}  // namespace cli
