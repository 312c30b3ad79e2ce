#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {

namespace {

// A signal handler reaches nothing but globals.
const expcore::CancelToken* interrupt_token = nullptr;  // NOLINT
volatile std::sig_atomic_t interrupts = 0;              // NOLINT
volatile std::sig_atomic_t commands_are_apart = 0;      // NOLINT

}  // namespace

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

void build(CLI::App& app, Context& context) {
  app.require_subcommand(1);
  app.set_version_flag("-V,--version", expcore::version());
  app.add_option("--cd", context.directory, "Change to directory before executing.")
      ->option_text("<path>");
  add_verbosity(app, context);
  add_init(app, context);
  add_repro(app, context);
  add_status(app, context);
  add_dag(app, context);
  add_metrics(app, context);
  add_params(app, context);
  auto* experiments = app.add_subcommand("experiments", "Run and compare experiments.");
  experiments->alias("exp");
  experiments->require_subcommand(1);
  add_exp_run(*experiments, context);
  add_exp_show(*experiments, context);
}

int run(int argc, char** argv) {
  Context context;
  CLI::App app("expcore - run, queue and compare machine-learning experiments of DVC projects",
               "expcore");
  build(app, context);
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
