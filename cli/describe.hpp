#pragma once
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace cli {

/// An option of a command.
struct OptionDescription {
  std::vector<std::string> names;  ///< "-f", "--force"; empty for a positional argument.
  std::string value;               ///< What it takes, "<path>"; "" for a flag.
  std::string text;                ///< One sentence or more.
};

/// A command as help, manual and completions tell it.
struct CommandDescription {
  std::string path;                  ///< "exp run"; "" for the program itself.
  std::vector<std::string> aliases;  ///< Other names of its last word.
  std::string text;
  std::vector<OptionDescription> options;
  std::vector<OptionDescription> arguments;
  std::vector<CommandDescription> commands;
};

/// The whole tree of commands, as they were declared.
CommandDescription describe(const CLI::App& program);

/// Scripts that complete words at a prompt.
std::string bash_completion(const CommandDescription& program);
std::string zsh_completion(const CommandDescription& program);
std::string fish_completion(const CommandDescription& program);

/// A manual page, section 1, in troff.
std::string manual_page(const CommandDescription& program, const std::string& version);

}  // namespace cli
