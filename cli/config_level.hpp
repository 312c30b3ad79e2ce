#pragma once
#include "commands.hpp"

namespace cli {

/// --global, --system, --project and --local, of which one may be given.
void add_level(CLI::App& command, expcore::ConfigLevel& level);

}  // namespace cli
