#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {
namespace {

struct Arguments {
  expcore::ExperimentRunOptions options;
  expcore::QueueAddOptions task;  ///< What `options` has no place for.
  double timeout = 0;
  bool queue = false;
  bool run_all = false;
  std::string executor = "local";
};

std::string repr(const std::string& text) {
  const char quote =
      text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') result += '\\';
    result += c;
  }
  return result + quote;
}

/// As Python prints a dict of lists.
std::string repr(const expcore::OverridePoint& overrides) {
  std::vector<std::string> files;
  for (const auto& [file, texts] : overrides) {
    std::vector<std::string> items;
    for (const auto& text : texts)
      items.push_back(repr(text));
    files.push_back(fmt::format("{}: [{}]", repr(file), fmt::join(items, ", ")));
  }
  return fmt::format("{{{}}}", fmt::join(files, ", "));
}

void queue_tasks(Arguments& arguments, Context& context) {
  auto& task = arguments.task;
  const auto& options = arguments.options;
  task.run = options.run;
  task.name = options.name;
  task.message = options.message;
  task.set_params = options.set_params;
  task.no_hydra = options.no_hydra;
  task.copy_paths = options.copy_paths;
  task.timeout = to_milliseconds(arguments.timeout);
  const auto project = expcore::Project::open(context.directory);
  std::string text;
  for (const auto& added : project.queue().add(task)) {
    if (!added.overrides.empty()) {
      text += fmt::format("Queueing with overrides '{}'.\n", repr(added.overrides));
    }
    text += fmt::format("Queued experiment '{}' for future execution.\n", added.name);
  }
  if (!context.output.is_quiet()) Output::raw(text);
}

std::vector<std::string> open_tasks(const std::vector<expcore::QueueTask>& all) {
  std::vector<std::string> tasks;
  for (const auto& task : all) {
    if (task.is_dvc) continue;  // its own workers run it
    if (task.state == expcore::TaskState::running || task.state == expcore::TaskState::queued) {
      tasks.push_back(task.id);
    }
  }
  return tasks;
}

/// Looks whether somebody is there to run tasks that are followed. Without workers they would be
/// followed for ever.
class WorkerWatch {
 public:
  /// `cancel` is requested when all workers have been gone for a second.
  WorkerWatch(std::string directory, std::vector<std::string> tasks,
              const expcore::CancelToken& cancel)
      : directory_(std::move(directory)),
        tasks_(std::move(tasks)),
        cancel_(cancel),
        thread_([this](const std::stop_token& over) { work(over); }) {}

  /// How many tasks nobody will run.
  std::size_t deserted() const { return deserted_; }

 private:
  void work(const std::stop_token& over) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any ended;
    const auto pause = std::chrono::milliseconds(500);
    int looks = 0;
    while (!ended.wait_for(lock, over, pause, [&] { return over.stop_requested(); })) {
      const std::size_t waiting = waiting_in_vain();
      looks = waiting > 0 ? looks + 1 : 0;
      if (looks < 3) continue;
      deserted_ = waiting;
      cancel_.request();
      return;
    }
  }

  std::size_t waiting_in_vain() const {
    try {
      const auto status = brief_status(expcore::Project::open(directory_).queue());
      if (status.active_workers + status.idle_workers > 0) return 0;
      const auto open = open_tasks(status.tasks);
      return static_cast<std::size_t>(
          std::count_if(open.begin(), open.end(), [&](const std::string& id) {
            return std::find(tasks_.begin(), tasks_.end(), id) != tasks_.end();
          }));
    } catch (const expcore::Error&) {
      return 0;  // who follows will hear of it
    }
  }

  std::string directory_;
  std::vector<std::string> tasks_;
  expcore::CancelToken cancel_;
  std::atomic<std::size_t> deserted_ = 0;
  std::jthread thread_;  ///< Last: the rest lives longer.
};

/// Detached workers make the tasks, so that an interrupt ends the showing of logs only.
void run_all(const Arguments& arguments, Context& context) {
  const auto project = expcore::Project::open(context.directory);
  const auto queue = project.queue();
  const auto all = brief_status(queue).tasks;
  warn_of_dvc_tasks(context, all);
  const auto tasks = open_tasks(all);
  if (tasks.empty()) return;
  start_workers(context, static_cast<int>(std::max(1U, arguments.options.run.jobs)), {},
                arguments.executor);
  context.output.line(
      "Following logs for all queued experiments. Use Ctrl+C to stop following logs (experiment "
      "execution will continue).\n");
  std::vector<std::string> done;
  std::vector<std::string> failed;
  const WorkerWatch watch(context.directory, tasks, context.cancel);
  try {
    for (const auto& id : tasks) {
      queue.follow(
          id, [](std::string_view text) { Output::raw(text); }, context.cancel);
      const auto task = queue.find(id);
      if (!task) continue;
      if (task->state == expcore::TaskState::success) done.push_back(task->name);
      if (task->state == expcore::TaskState::failed) failed.push_back(task->name);
    }
  } catch (const expcore::Error& error) {
    if (error.code() != expcore::Errc::cancelled) throw;
    if (watch.deserted() > 0) {
      throw expcore::Error(expcore::Errc::not_found,
                           fmt::format("no worker is left, and {} of the experiments still wait: "
                                       "`queue start` runs them",
                                       watch.deserted()));
    }
    context.output.line(
        "Experiment(s) are still executing in the background. To abort execution use 'dvc queue "
        "kill' or 'dvc queue stop'.");
    return;
  }
  if (!failed.empty()) {
    Output::note(fmt::format("Failed to reproduce experiment(s) '{}'", fmt::join(failed, ", ")));
  }
  if (done.empty()) return;
  context.output.line(fmt::format(
      "\nRan experiment(s): {}\nTo apply the results of an experiment to your workspace "
      "run:\n\n\tdvc exp apply <exp>",
      fmt::join(done, ", ")));
}

void run_now(Arguments& arguments, Context& context) {
  auto& options = arguments.options;
  connect(options.run, context);
  const auto project = expcore::Project::open(context.directory);
  const auto made = project.experiments().run(options);
  if (made.commit.empty()) return;
  context.output.line(
      fmt::format("\nRan experiment(s): {}\n{}", made.name,
                  options.temp ? "To apply the results of an experiment to your workspace run:\n\n"
                                 "\tdvc exp apply <exp>"
                               : "Experiment results have been applied to your workspace."));
}

void add_queue_options(CLI::App& command, Arguments& arguments) {
  command.add_flag("--queue", arguments.queue,
                   "Stage this experiment in the run queue for future execution.");
  command.add_flag("--run-all", arguments.run_all,
                   "Execute all experiments in the run queue, --jobs of them at once.");
  add_executor_option(command, arguments.executor);
  command
      .add_option("--after", arguments.task.after,
                  "With --queue: run once this task has succeeded.")
      ->option_text("<task>")
      ->allow_extra_args(false)
      ->take_all();
  command
      .add_option("--timeout", arguments.timeout, "With --queue: end an attempt that takes longer.")
      ->option_text("<seconds>");
  command
      .add_option("--retries", arguments.task.retries,
                  "With --queue: how often to run it again when it fails.")
      ->option_text("<number>");
  command
      .add_option("--priority", arguments.task.priority,
                  "With --queue: run before tasks of lower priority; 0 by default.")
      ->option_text("<number>");
  command.add_flag("--hold", arguments.task.held, "With --queue: wait for `queue release`.");
}

}  // namespace

void add_exp_run(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("run", "Run an experiment.");
  const auto arguments = std::make_shared<Arguments>();
  auto* options = &arguments->options;
  add_run_options(*command, options->run, context);
  command->add_option("-n,--name", options->name, "Name of the experiment; made up by default.")
      ->option_text("<name>");
  command->add_option("-m,-M,--message", options->message, "Message of the experiment's commit.")
      ->option_text("<message>");
  command
      ->add_option("-S,--set-param", options->set_params,
                   "Use this value for a parameter of a params file.")
      ->option_text("[<filename>:]<param_name>=<param_value>")
      ->allow_extra_args(false)
      ->take_all();
  command->add_flag("--no-hydra", options->no_hydra,
                    "Do not compose params.yaml from Hydra configs.");
  command->add_flag("--temp", options->temp,
                    "Run in a folder of its own; the workspace stays as it is.");
  command
      ->add_option("-C,--copy-paths", options->copy_paths,
                   "With --temp or --queue: also copy this untracked or ignored path there.")
      ->option_text("<path>")
      ->allow_extra_args(false)
      ->take_all();
  add_queue_options(*command, *arguments);
  command->callback([&context, arguments] {
    if (arguments->run_all) {
      run_all(*arguments, context);
    } else if (arguments->queue) {
      queue_tasks(*arguments, context);
    } else {
      run_now(*arguments, context);
    }
  });
}

}  // namespace cli
