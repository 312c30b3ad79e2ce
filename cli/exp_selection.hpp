#pragma once
#include <string>

#include <CLI/CLI.hpp>
#include <expcore/experiments.hpp>

namespace cli {

/// -A, --rev and -n of commands that select experiments by their baselines. `verb` starts the help
/// texts.
void add_selection(CLI::App& command, expcore::ExperimentSelection& selection,
                   const std::string& verb, bool head_by_default);

/// "'a', 'b' and 'c'" as DVC prints lists of names.
std::string repr_list(const std::vector<std::string>& names);

}  // namespace cli
