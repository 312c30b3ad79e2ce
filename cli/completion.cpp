#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.hpp"
#include "describe.hpp"

namespace cli {
namespace {

std::string last_word(const std::string& path) { return path.substr(path.rfind(' ') + 1); }

/// Calls `visit(command, parent)` for every command below `program`, parents first.
void for_each(
    const CommandDescription& program,
    const std::function<void(const CommandDescription&, const CommandDescription&)>& visit) {
  for (const auto& command : program.commands) {
    visit(command, program);
    for_each(command, visit);
  }
}

/// The words that may follow a command.
std::vector<std::string> words_after(const CommandDescription& command) {
  std::vector<std::string> words;
  for (const auto& child : command.commands)
    words.push_back(last_word(child.path));
  for (const auto& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  return words;
}

/// "first sentence" of a help text, without a full stop.
std::string summary(const std::string& text) {
  const size_t end = text.find(". ");
  std::string first = text.substr(0, end == std::string::npos ? text.size() : end);
  if (first.ends_with('.')) first.pop_back();
  return first;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// Shell code for `case "$path $word"`: how a word leads from one command to the next.
std::string transitions(const CommandDescription& program, const std::string& assignment) {
  std::string code;
  for_each(program, [&](const CommandDescription& command, const CommandDescription& parent) {
    std::vector<std::string> names = command.aliases;
    names.insert(names.begin(), last_word(command.path));
    for (auto& name : names)
      name = fmt::format("\"{} {}\"", parent.path, name);
    code += fmt::format("      {}) {}\"{}\" ;;\n", fmt::join(names, "|"), assignment, command.path);
  });
  return code;
}

}  // namespace

std::string bash_completion(const CommandDescription& program) {
  std::string words =
      fmt::format("    \"\") words=\"{}\" ;;\n", fmt::join(words_after(program), " "));
  for_each(program, [&](const CommandDescription& command, const CommandDescription&) {
    words += fmt::format("    \"{}\") words=\"{}\" ;;\n", command.path,
                         fmt::join(words_after(command), " "));
  });
  return fmt::format(
      R"(# bash completion for expcore
_expcore() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} path= word words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    case "$path $word" in
{}    esac
  done
  case "$path" in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ ${{#COMPREPLY[@]}} -gt 0 ] || compopt -o default
}}
complete -F _expcore expcore
)",
      transitions(program, "path="), words);
}

std::string zsh_completion(const CommandDescription& program) {
  const auto quoted = [](const std::string& name, const std::string& text) {
    return fmt::format("'{}:{}'", name, replaced(summary(text), "'", "'\\''"));
  };
  const auto described = [&](const CommandDescription& command) {
    std::string commands;
    std::string options;
    for (const auto& child : command.commands) {
      commands += " " + quoted(last_word(child.path), child.text);
    }
    for (const auto& option : command.options) {
      for (const auto& name : option.names)
        options += " " + quoted(name, option.text);
    }
    return fmt::format("    \"{}\") commands=({} ) options=({} ) ;;\n", command.path, commands,
                       options);
  };
  std::string words = described(program);
  for_each(program, [&](const CommandDescription& command, const CommandDescription&) {
    words += described(command);
  });
  return fmt::format(
      R"(#compdef expcore
_expcore() {{
  local route= word i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    word=${{words[i]}}
    case "$route $word" in
{}    esac
  done
  case "$route" in
{}  esac
  _describe 'command' commands
  _describe -o 'option' options
  ((${{#commands}})) || _files
}}
if [ "$funcstack[1]" = _expcore ]; then _expcore "$@"; else compdef _expcore expcore; fi
)",
      transitions(program, "route="), words);
}

std::string fish_completion(const CommandDescription& program) {
  const auto quoted = [](const std::string& text) {
    return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
  };
  std::string lines;
  const auto add = [&](const CommandDescription& command) {
    const std::string where =
        fmt::format("complete -c expcore -n '__expcore_at \"{}\"'", command.path);
    for (const auto& child : command.commands) {
      lines += fmt::format("{} -f -a {} -d {}\n", where, last_word(child.path),
                           quoted(summary(child.text)));
    }
    for (const auto& option : command.options) {
      std::string names;
      for (const auto& name : option.names) {
        names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      lines += fmt::format("{}{}{} -d {}\n", where, names, option.value.empty() ? "" : " -r",
                           quoted(summary(option.text)));
    }
  };
  add(program);
  for_each(program,
           [&](const CommandDescription& command, const CommandDescription&) { add(command); });
  std::string routes;
  for_each(program, [&](const CommandDescription& command, const CommandDescription& parent) {
    std::vector<std::string> names = command.aliases;
    names.insert(names.begin(), last_word(command.path));
    for (auto& name : names)
      name = fmt::format("\"{} {}\"", parent.path, name);
    routes += fmt::format("      case {}\n        set route \"{}\"\n", fmt::join(names, " "),
                          command.path);
  });
  return fmt::format(
      R"(# fish completion for expcore
function __expcore_at
  set -l route ""
  for word in (commandline -opc)[2..-1]
    switch "$route $word"
{}    end
  end
  test "$route" = "$argv[1]"
end
{})",
      routes, lines);
}

std::string manual_page(const CommandDescription& program, const std::string& version) {
  const auto plain = [](const std::string& text) {
    std::string made = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
    if (made.starts_with('.') || made.starts_with('\'')) made.insert(0, "\\&");
    return replaced(replaced(made, "\n.", "\n\\&."), "\n'", "\n\\&'");
  };
  const auto options = [&](const CommandDescription& command) {
    std::string made;
    for (const auto* list : {&command.arguments, &command.options}) {
      for (const auto& option : *list) {
        made += fmt::format(".TP\n.B {}", plain(fmt::format("{}", fmt::join(option.names, ", "))));
        if (!option.value.empty()) made += " " + plain(option.value);
        made += "\n" + plain(option.text) + "\n";
      }
    }
    return made;
  };
  std::string made = fmt::format(
      ".TH EXPCORE 1 \"\" \"expcore {}\" \"User Commands\"\n.SH NAME\nexpcore \\- run, queue and "
      "compare machine\\-learning experiments of DVC projects\n.SH SYNOPSIS\n.B expcore\n[options] "
      "command [arguments]\n.SH DESCRIPTION\nRuns DVC projects: reads and writes the same files "
      "and "
      "Git references as DVC 3.64, whose commands, options and exit codes these are.\n.SH "
      "OPTIONS\n",
      version);
  made += options(program);
  made += ".SH COMMANDS\n";
  for_each(program, [&](const CommandDescription& command, const CommandDescription&) {
    if (!command.commands.empty()) return;
    made += fmt::format(".SS expcore {}\n{}\n{}", plain(command.path), plain(command.text),
                        options(command));
  });
  made +=
      ".SH EXIT STATUS\n0: done. 1: the command itself says no (for example a failed stage). 251: "
      "a "
      "malformed configuration. 252: interrupted. 253: not inside a DVC project. 254: wrong usage. "
      "255: an error.\n.SH FILES\ndvc.yaml, dvc.lock, *.dvc, .dvc/, .dvcignore; refs/exps/* of the "
      "Git repository.\n.SH SEE ALSO\n.BR dvc (1),\n.BR git (1)\n";
  return made;
}

void add_completion(CLI::App& parent, Context& context) {
  auto* command =
      parent.add_subcommand("completion", "Print what completes expcore's words in a shell.");
  const auto shell = std::make_shared<std::string>("bash");
  command->add_option("-s,--shell", *shell, "Shell: bash, zsh or fish; man prints the manual page.")
      ->option_text("{bash,zsh,fish,man}")
      ->check(CLI::IsMember({"bash", "zsh", "fish", "man"}));
  add_verbosity(*command, context);
  command->callback([&parent, shell] {
    const auto program = describe(parent);
    if (*shell == "bash") Output::raw(bash_completion(program));
    if (*shell == "zsh") Output::raw(zsh_completion(program));
    if (*shell == "fish") Output::raw(fish_completion(program));
    if (*shell == "man") Output::raw(manual_page(program, expcore::version()));
  });
}

}  // namespace cli
