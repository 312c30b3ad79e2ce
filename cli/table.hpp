#pragma once
#include <string>

#include <expcore/experiments.hpp>
#include <expcore/table.hpp>

namespace cli {

/// The table between three rules, metrics right-aligned: what DVC draws where there is no terminal.
std::string draw_table(const expcore::ExperimentTable& table);
/// GitHub's Markdown.
std::string draw_markdown(const expcore::ExperimentTable& table);
std::string draw_markdown(const expcore::Table& table);
/// Columns two blanks apart, nothing else; "" without rows. `headers` may be empty.
std::string draw_plain(expcore::Table table);
/// Lines end in CR LF, as Python's csv module writes them.
std::string draw_csv(const expcore::ExperimentTable& table);

}  // namespace cli
