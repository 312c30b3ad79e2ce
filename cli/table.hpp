#pragma once
#include <string>

#include <expcore/experiments.hpp>

namespace cli {

/// The table between three rules, metrics right-aligned: what DVC draws where there is no terminal.
std::string draw_table(const expcore::ExperimentTable& table);
/// GitHub's Markdown.
std::string draw_markdown(const expcore::ExperimentTable& table);
/// Lines end in CR LF, as Python's csv module writes them.
std::string draw_csv(const expcore::ExperimentTable& table);

}  // namespace cli
