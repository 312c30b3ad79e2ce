#pragma once
#include <string>
#include <vector>

namespace expcore::run {

/// The environment variable by which every process of an attempt is known.
constexpr const char* attempt_variable = "EXPCORE_ATTEMPT";

/// Processes of this user that were started with `value` in attempt_variable, however far down.
std::vector<int> marked_processes(const std::string& value);

/// Kills them, and what they start meanwhile.
void kill_marked_processes(const std::string& value);

/// From now on orphaned descendants become children of this process. For programs of our own: a
/// library does not change its host.
void adopt_orphans();

/// Kills every child of this process and its descendants, and reaps them. For programs of our own,
/// when no command runs.
void kill_children();

}  // namespace expcore::run
