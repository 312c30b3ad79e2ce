#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "table.hpp"

namespace cli {
namespace {

using expcore::DataDifference;

struct Arguments {
  expcore::DataDiffOptions options;
  bool json = false;
  bool markdown = false;
  bool show_hash = false;
  bool hide_missing = false;

  bool hides_missing() const { return hide_missing || !options.new_revision.empty(); }
};

enum class Kind : unsigned char { added, deleted, renamed, modified, missing };

struct Group {
  const char* state;
  const char* title;
  Kind kind;
  const std::vector<DataDifference>& entries;
};

/// In the order in which they are told.
std::vector<Group> groups_of(const expcore::DataDiff& diff, const Arguments& arguments) {
  std::vector<Group> groups = {
      {"added", "Added", Kind::added, diff.added},
      {"deleted", "Deleted", Kind::deleted, diff.deleted},
      {"renamed", "Renamed", Kind::renamed, diff.renamed},
      {"modified", "Modified", Kind::modified, diff.modified},
  };
  if (!arguments.hides_missing()) {
    groups.push_back({"not in cache", "Not in cache", Kind::missing, diff.not_in_cache});
  }
  return groups;
}

std::string path_of(const DataDifference& entry, Kind kind) {
  if (kind != Kind::renamed) return entry.path;
  return fmt::format("{} -> {}", entry.old_path, entry.path);
}

/// The first digits; "" without a hash.
std::string digest_of(const DataDifference& entry, Kind kind) {
  const std::string hash = entry.hash.substr(0, 8);
  return kind == Kind::modified ? entry.old_hash.substr(0, 8) + ".." + hash : hash;
}

expcore::Table table_of(const std::vector<Group>& groups, bool show_hash) {
  expcore::Table table;
  table.headers = show_hash ? std::vector<std::string>{"Status", "Hash", "Path"}
                            : std::vector<std::string>{"Status", "Path"};
  for (const auto& group : groups) {
    for (const auto& entry : group.entries) {
      auto& row = table.rows.emplace_back();
      row.emplace_back(group.state);
      if (show_hash) row.push_back(digest_of(entry, group.kind));
      row.push_back(path_of(entry, group.kind));
    }
  }
  return table;
}

void print(const std::vector<Group>& groups, bool show_hash, const Output& output) {
  std::vector<std::string> summary;
  for (const auto& group : groups) {
    if (group.entries.empty()) continue;
    output.line(fmt::format("{}:", group.title));
    std::size_t files = 0;
    for (const auto& entry : group.entries) {
      const std::string path = path_of(entry, group.kind);
      if (!path.ends_with('/')) ++files;
      const std::string digest = show_hash ? digest_of(entry, group.kind) : "";
      output.line(fmt::format("    {}{}{}", digest, digest.empty() ? "" : "  ", path));
    }
    output.line("");
    if (files > 0) summary.push_back(fmt::format("{} {}", files, group.state));
  }
  if (!summary.empty()) output.line(fmt::format("files summary: {}", fmt::join(summary, ", ")));
}

void run(const Arguments& arguments, Context& context) {
  const auto project = expcore::Project::open(context.directory);
  with_handled_errors(context, "failed to get diff - ", [&] {
    const auto diff = project.data().diff(arguments.options);
    if (arguments.json) {
      Output::raw(diff.json({arguments.show_hash, !arguments.hides_missing()}) + "\n");
      return;
    }
    const auto groups = groups_of(diff, arguments);
    if (arguments.markdown) {
      Output::raw(draw_markdown(table_of(groups, arguments.show_hash)));
    } else {
      print(groups, arguments.show_hash, context.output);
    }
  });
}

}  // namespace

void add_data_diff(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "diff",
      "Show added, modified, or deleted data between commits or a commit and the workspace.");
  const auto arguments = std::make_shared<Arguments>();
  auto& options = arguments->options;
  command->add_option("a_rev", options.old_revision, "Old Git commit (HEAD by default).");
  command->add_option("b_rev", options.new_revision, "New Git commit (the workspace by default).");
  command
      ->add_option("--targets", options.targets,
                   "Only these tracked files and folders, or files in them.")
      ->option_text("<paths>");
  command->add_flag("--json", arguments->json, "Show output in JSON format.");
  command->add_flag("--show-hash", arguments->show_hash, "Show hashes, too.");
  command->add_flag("--md", arguments->markdown, "Show a Markdown table (GFM).");
  command->add_flag("--hide-missing", arguments->hide_missing,
                    "Do not tell what the cache does not have.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    arguments->options.cancel = context.cancel;
    arguments->options.on_event = [&context](const expcore::Event& event) {
      context.output.event(event);
    };
    run(*arguments, context);
  });
}

}  // namespace cli
