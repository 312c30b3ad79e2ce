#include <memory>

#include "commands.hpp"

namespace cli {
namespace {

struct DagFormat {
  expcore::DagOptions options;
  bool dot = false;
  bool mermaid = false;
  bool markdown = false;
};

std::string render(const expcore::Dag& dag, const DagFormat& format) {
  if (format.dot) return dag.dot() + "\n";
  if (format.markdown) return "```mermaid\n" + dag.mermaid() + "\n```\n";
  if (format.mermaid) return dag.mermaid() + "\n";
  return dag.nodes.empty() ? "\n" : dag.text();
}

}  // namespace

void add_dag(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("dag", "Visualize the project's graph of stages.");
  const auto format = std::make_shared<DagFormat>();
  command->add_option("target", format->options.target,
                      "Stage name or output to show the pipeline of. Everything by default.");
  command->add_flag("--dot", format->dot, "Print in Graphviz's format.");
  command->add_flag("--mermaid", format->mermaid, "Print in Mermaid's format.");
  command->add_flag("--md", format->markdown, "Print in Mermaid's format, as a Markdown block.");
  command->add_flag("--full", format->options.full,
                    "Show the whole pipeline of the target, not only what it needs.");
  command->add_flag("-o,--outs", format->options.outs, "Show outputs instead of stages.");
  add_verbosity(*command, context);
  command->callback([&context, format] {
    const auto project = expcore::Project::open(context.directory);
    const std::string text = render(project.pipeline().dag(format->options), *format);
    if (context.output.is_quiet()) return;
    page(text, !format->dot && !format->mermaid && !format->markdown);
  });
}

}  // namespace cli
