#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {

namespace {

// A signal handler reaches nothing but globals.
const expcore::CancelToken* interrupt_token = nullptr;  // NOLINT
volatile std::sig_atomic_t interrupts = 0;              // NOLINT
volatile std::sig_atomic_t commands_are_apart = 0;      // NOLINT

}  // namespace

bool with_handled_errors(Context& context, const std::string& prefix,
                         const std::function<void()>& body) {
  try {
    body();
    return true;
  } catch (const expcore::Error& error) {
    switch (error.code()) {
      case expcore::Errc::not_a_project:
      case expcore::Errc::config:
      case expcore::Errc::cancelled:
        throw;
      default:
        // DVC handles what it foresaw only.
        if (error.full_message().starts_with("unexpected error - ")) throw;
        break;
    }
    print_error(error, context, prefix);
    context.exit_code = exit_code::handled;
    return false;
  }
}

void expect_commands_apart() { commands_are_apart = 1; }

void print_error(const expcore::Error& error, const Context& context, const std::string& prefix) {
  if (error.details().empty()) {
    const std::string text = prefix + error.full_message();
    context.output.error(text);
    if (text.starts_with("unexpected error - ") && !context.output.is_quiet()) {
      std::fputs(
          "\nHaving any troubles? Hit us up at https://dvc.org/support, we are always happy "
          "to help!\n",
          stderr);
    }
    return;
  }
  if (context.output.is_quiet()) return;
  // DVC prints what is wrong with a file's syntax or schema without its usual prefix.
  const std::string text = error.full_message();
  const bool plain = text.find("' is invalid") != std::string::npos ||
                     text.find("' validation failed") != std::string::npos;
  std::fputs(fmt::format("{}{}\n\n{}\n", plain ? "" : "ERROR: ", text, error.details()).c_str(),
             stderr);
}

namespace {

extern "C" void on_interrupt(int /*signal*/) {
  interrupts = interrupts + 1;
  // At a terminal the running command got the signal, too: let it end by itself the first time.
  const bool command_knows = commands_are_apart == 0 && ::isatty(STDIN_FILENO) != 0;
  if (interrupt_token != nullptr && (!command_knows || interrupts > 1)) interrupt_token->request();
}

extern "C" void on_terminate(int /*signal*/) {
  if (interrupt_token != nullptr) interrupt_token->request();
}

void catch_signals(const Context& context) {
  interrupt_token = &context.cancel;
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
  action.sa_handler = on_terminate;
  ::sigaction(SIGTERM, &action, nullptr);
}

int exit_code_of(const expcore::Error& error) {
  switch (error.code()) {
    case expcore::Errc::not_a_project:
      return exit_code::not_a_project;
    case expcore::Errc::config:
      return exit_code::config;
    case expcore::Errc::cancelled:
      return std::string_view(error.what()) == "interrupted by the user" ? exit_code::interrupted
                                                                         : exit_code::error;
    default:
      return exit_code::error;
  }
}

struct Command {
  std::string_view group;
  std::string_view names;  ///< Its name and then its aliases, blanks between.
  void (*add)(CLI::App& parent, Context& context);

  bool answers_to(std::string_view group_name, std::string_view name) const {
    const std::string padded = fmt::format(" {} ", names);
    return group == group_name && padded.find(fmt::format(" {} ", name)) != std::string::npos;
  }
};

constexpr Command commands[] = {
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define EXPCORE_COMMAND(group, name, add) {group, name, add},
#include "commands.def"
#undef EXPCORE_COMMAND
};

/// The command that the arguments name: its group and its name, "" where they do not tell.
struct Wanted {
  std::string group;
  std::string name;
};

Wanted wanted_of(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc && words.size() < 2; ++i) {
    const std::string_view word = argv[i];
    if (word == "--cd") {
      ++i;
    } else if (word == "-h" || word == "--help") {
      break;  // the help of a group names all its commands
    } else if (!word.starts_with('-')) {
      words.emplace_back(word);
    }
  }
  words.resize(2);
  if (words[0] == "exp") words[0] = "experiments";
  return words[0] == "experiments" ? Wanted{words[0], words[1]} : Wanted{"", words[0]};
}

bool exists(const Wanted& wanted) {
  return wanted.name.empty() ||
         std::any_of(std::begin(commands), std::end(commands), [&](const Command& command) {
           return command.answers_to(wanted.group, wanted.name);
         });
}

/// Declares the command that is wanted, or all of them: a declaration costs time at each start.
void build(CLI::App& app, Context& context, const Wanted& wanted) {
  app.require_subcommand(1);
  app.set_version_flag("-V,--version", expcore::version());
  app.add_option("--cd", context.directory, "Change to directory before executing.")
      ->option_text("<path>");
  add_verbosity(app, context);
  auto* experiments = app.add_subcommand("experiments", "Run and compare experiments.");
  experiments->alias("exp");
  experiments->require_subcommand(1);
  const bool alone = !wanted.name.empty() && wanted.name != "completion";
  for (const auto& command : commands) {
    if (alone && !command.answers_to(wanted.group, wanted.name)) continue;
    command.add(command.group.empty() ? app : *experiments, context);
  }
}

int run(int argc, char** argv) {
  Context context;
  CLI::App app("expcore - run, queue and compare machine-learning experiments of DVC projects",
               "expcore");
  const Wanted wanted = wanted_of(argc, argv);
  if (!exists(wanted)) {
    context.output.error(fmt::format("'{}{}' is not an expcore command",
                                     wanted.group.empty() ? "" : "exp ", wanted.name));
    std::fputs("Run with --help for more information.\n", stderr);
    return exit_code::usage;
  }
  build(app, context, wanted);
  catch_signals(context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForAllHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    context.output.error(error.what());
    std::fputs("Run with --help for more information.\n", stderr);
    return exit_code::usage;
  } catch (const expcore::Error& error) {
    print_error(error, context);
    return exit_code_of(error);
  } catch (const std::exception& error) {
    context.output.error(fmt::format("unexpected error - {}", error.what()));
    return exit_code::error;
  }
  return context.exit_code;
}

}  // namespace
}  // namespace cli

int main(int argc, char** argv) {
  try {
    return cli::run(argc, argv);
  } catch (...) {
    std::fputs("ERROR: unexpected error\n", stderr);
    return cli::exit_code::error;
  }
}
