#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <iconv.h>
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "json.hpp"
#include "table.hpp"

namespace cli {
namespace {

using Names = std::vector<std::string>;

expcore::Queue open(const Context& context) {
  return expcore::Project::open(context.directory).queue();
}

/// A subcommand that takes tasks.
CLI::App* task_command(CLI::App& group, Context& context, const char* name, const char* help,
                       const std::shared_ptr<Names>& tasks, const char* tasks_help) {
  auto* command = group.add_subcommand(name, help);
  command->add_option("task", *tasks, tasks_help);
  add_verbosity(*command, context);
  return command;
}

/// When tasks were created, for people. A sweep's tasks were all at once.
class CreatedText {
 public:
  const std::string& operator()(std::int64_t created_ns) {
    const std::time_t seconds = created_ns / 1'000'000'000;
    if (seconds != seconds_) {
      seconds_ = seconds;
      text_ = text_of(seconds);
    }
    return text_;
  }

 private:
  static std::string text_of(std::time_t seconds) {
    const std::time_t now = std::time(nullptr);
    std::tm then{};
    std::tm today{};
    ::localtime_r(&seconds, &then);
    ::localtime_r(&now, &today);
    const bool is_today = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), is_today ? "%I:%M %p" : "%b %d, %Y", &then);
    return text.data();
  }

  std::time_t seconds_ = -1;
  std::string text_;
};

const char* state_word(expcore::TaskState state) {
  switch (state) {
    case expcore::TaskState::queued:
      return "Queued";
    case expcore::TaskState::held:
      return "Held";
    case expcore::TaskState::running:
      return "Running";
    case expcore::TaskState::success:
      return "Success";
    case expcore::TaskState::failed:
      return "Failed";
  }
  return "";
}

void print_status(const Context& context) {
  constexpr std::size_t short_id = 7;
  expcore::QueueStatusOptions options;
  options.brief = true;
  auto status = open(context).status(options);
  if (status.tasks.empty()) {
    context.output.line("No experiment tasks in the queue.");
  } else {
    expcore::Table table;
    table.headers = {"Task", "Name", "Created", "Status"};
    table.rows.reserve(status.tasks.size());
    CreatedText created_text;
    for (auto& task : status.tasks) {
      auto& row = table.rows.emplace_back();
      row.reserve(table.headers.size());
      row.emplace_back(task.id, 0, short_id);
      row.push_back(std::move(task.name));
      row.push_back(created_text(task.created));
      row.emplace_back(state_word(task.state));
    }
    Output::raw(draw_plain(std::move(table)));
  }
  context.output.line(fmt::format("\nWorker status: {} active, {} idle", status.active_workers,
                                  status.idle_workers));
}

void add_queue_status(CLI::App& group, Context& context) {
  auto* command =
      group.add_subcommand("status", "Show the status of experiments queue tasks and workers.");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Show all that is known about the tasks as JSON.");
  add_verbosity(*command, context);
  command->callback([&context, json] {
    if (*json) {
      Output::raw(open(context).status_json(json_indent()) + "\n");
    } else {
      print_status(context);
    }
  });
}

void add_start(CLI::App& group, Context& context) {
  auto* command = group.add_subcommand("start", "Start the experiments task queue worker.");
  const auto jobs = std::make_shared<int>(1);
  command
      ->add_option("-j,--jobs", *jobs,
                   "Maximum number of queue workers at once; those that are there count. Defaults "
                   "to 1.")
      ->option_text("<number>");
  const auto executor = std::make_shared<std::string>("local");
  add_executor_option(*command, *executor);
  add_verbosity(*command, context);
  command->callback([&context, jobs, executor] {
    const std::uint32_t started = start_workers(context, *jobs, default_linger, *executor);
    context.output.line(fmt::format("Started '{}' new experiments task queue worker{}.", started,
                                    started > 1 ? "s" : ""));
    warn_of_dvc_tasks(context, brief_status(open(context)).tasks);
  });
}

/// "'a' is not a valid running experiment name".
expcore::Error not_running_error(const Names& names) {
  return {expcore::Errc::not_found,
          fmt::format("'{}' {} valid running experiment name{}", fmt::join(names, "; "),
                      names.size() > 1 ? "are not" : "is not a", names.size() > 1 ? "s" : "")};
}

void print_killed(const Context& context, const Names& names) {
  for (const auto& name : names)
    context.output.line(fmt::format("{} has been killed.", name));
}

void add_stop(CLI::App& group, Context& context) {
  auto* command = group.add_subcommand("stop", "Stop all experiments task queue workers.");
  const auto kill = std::make_shared<bool>(false);
  command->add_flag("--kill", *kill, "Kill all running tasks before stopping the queue workers.");
  add_verbosity(*command, context);
  command->callback([&context, kill] {
    const auto queue = open(context);
    queue.stop();
    if (*kill) {
      print_killed(context, queue.kill_all(true));
      context.output.line(
          "All running tasks in the queue have been killed.Queue workers are stopping.");
    } else {
      context.output.line("Queue workers will stop after running tasks finish.");
    }
  });
}

void add_kill(CLI::App& group, Context& context) {
  const auto tasks = std::make_shared<Names>();
  const auto force = std::make_shared<bool>(false);
  auto* command = task_command(group, context, "kill",
                               "End running experiment queue tasks and every process of theirs.",
                               tasks, "Tasks in queue to kill.");
  command->add_flag("-f,--force", *force, "Kill at once instead of asking the processes to end.");
  command->callback([&context, tasks, force] {
    const auto unknown = open(context).kill(*tasks, *force);
    Names killed = *tasks;
    std::erase_if(killed, [&](const std::string& name) {
      return std::find(unknown.begin(), unknown.end(), name) != unknown.end();
    });
    print_killed(context, killed);
    if (!unknown.empty()) throw not_running_error(unknown);
  });
}

struct Removal {
  Names tasks;
  bool all = false;
  expcore::QueueRemoval which;

  bool has_flag() const { return all || which.queued || which.failed || which.success; }
};

void print_removed(const Context& context, const Names& names) {
  context.output.line(names.empty()
                          ? "No tasks found named []"
                          : fmt::format("Removed tasks in queue: {}", fmt::join(names, ", ")));
}

void remove(const Removal& removal, const Context& context) {
  if (removal.has_flag() == !removal.tasks.empty()) {
    throw expcore::Error(expcore::Errc::invalid_argument,
                         "Either provide an `tasks` argument, or use the `--all`, `--queued`, "
                         "`--failed`, `--success` flag.");
  }
  const auto queue = open(context);
  if (!removal.has_flag()) {
    queue.remove(removal.tasks);
    print_removed(context, removal.tasks);
    return;
  }
  auto which = removal.which;
  if (removal.all) which = {true, true, true};
  Names names;
  for (const auto& task : queue.remove_all(which))
    names.push_back(task.name);
  print_removed(context, names);
}

void add_remove(CLI::App& group, Context& context) {
  auto* command =
      group.add_subcommand("remove", "Remove queued and completed tasks from the queue.");
  const auto removal = std::make_shared<Removal>();
  command->add_option("task", removal->tasks, "Tasks to remove.");
  command->add_flag("--all", removal->all, "Remove all queued and completed tasks from the queue.");
  command->add_flag("--queued", removal->which.queued, "Remove all queued tasks from the queue.");
  command->add_flag("--success", removal->which.success,
                    "Remove all successful tasks from the queue.");
  command->add_flag("--failed", removal->which.failed, "Remove all failed tasks from the queue.");
  add_verbosity(*command, context);
  command->callback([&context, removal] { remove(*removal, context); });
}

/// `text` from `encoding` to UTF-8; what cannot be is left out.
std::string decode(std::string text, const std::string& encoding) {
  const iconv_t converter = ::iconv_open("UTF-8//IGNORE", encoding.c_str());
  // NOLINTNEXTLINE(performance-no-int-to-ptr,cppcoreguidelines-pro-type-cstyle-cast): POSIX's value
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    throw expcore::Error(expcore::Errc::invalid_argument,
                         fmt::format("unexpected error - unknown encoding: {}", encoding));
  }
  std::string result;
  char* in = text.data();
  std::size_t left = text.size();
  std::array<char, 4096> buffer{};
  while (left > 0) {
    char* out = buffer.data();
    std::size_t space = buffer.size();
    const auto done = ::iconv(converter, &in, &left, &out, &space);
    result.append(buffer.data(), buffer.size() - space);
    if (done == static_cast<std::size_t>(-1) && errno != E2BIG) break;
  }
  ::iconv_close(converter);
  return result;
}

struct LogArguments {
  std::string task;
  std::string encoding;
  bool follow = false;
  bool all = false;
};

/// Logs of other tasks are asked for all the same: that tells what is wrong.
bool has_begun(const expcore::Queue& queue, const std::string& name) {
  const auto task = queue.find(name);
  return task && task->attempts > 0;
}

void add_logs(CLI::App& group, Context& context) {
  auto* command = group.add_subcommand(
      "logs", "Show output logs for running and completed experiment queue tasks.");
  const auto arguments = std::make_shared<LogArguments>();
  command->add_option("task", arguments->task, "Task to show.")->required();
  command
      ->add_option("-e,--encoding", arguments->encoding,
                   "Text encoding of the log. As it is by default.")
      ->option_text("<encoding>");
  command->add_flag("-f,--follow", arguments->follow,
                    "Attach to the task and follow additional live output until it ends.");
  command->add_flag("--all", arguments->all,
                    "Also show when the attempt began and ended and what it used.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    const auto queue = open(context);
    if (arguments->follow && has_begun(queue, arguments->task)) {
      follow_log(context, queue, arguments->task);
      return;
    }
    std::string text = queue.log(arguments->task, arguments->all);
    if (!arguments->encoding.empty()) text = decode(std::move(text), arguments->encoding);
    Output::raw(text + "\n");
  });
}

void add_wait(CLI::App& group, Context& context) {
  const auto tasks = std::make_shared<Names>();
  const auto seconds = std::make_shared<double>(0);
  auto* command = task_command(group, context, "wait",
                               "Wait until tasks are over; exit code 1 when one of them failed.",
                               tasks, "Tasks to wait for. All by default.");
  command->add_option("--timeout", *seconds, "Give up after so many seconds.")
      ->option_text("<seconds>");
  command->callback([&context, tasks, seconds] {
    const auto timeout = to_milliseconds(*seconds);
    if (!open(context).wait(*tasks, timeout, context.cancel)) {
      context.exit_code = exit_code::handled;
    }
  });
}

void add_retry(CLI::App& group, Context& context) {
  const auto tasks = std::make_shared<Names>();
  auto* command = task_command(group, context, "retry", "Queue failed tasks once more.", tasks,
                               "Tasks to run again. All failed ones by default.");
  command->callback([&context, tasks] { open(context).retry(*tasks); });
}

void add_requeue(CLI::App& group, Context& context) {
  const auto tasks = std::make_shared<Names>();
  auto* command = task_command(group, context, "requeue",
                               "Queue tasks that are over, failed or not, once more.", tasks,
                               "Tasks to run again.");
  command->callback([&context, tasks] { open(context).requeue(*tasks); });
}

void add_hold(CLI::App& group, Context& context) {
  const auto tasks = std::make_shared<Names>();
  auto* command = task_command(group, context, "hold",
                               "Keep queued tasks from running until they are released.", tasks,
                               "Tasks to hold.");
  command->callback([&context, tasks] { open(context).hold(*tasks); });
}

void add_release(CLI::App& group, Context& context) {
  const auto tasks = std::make_shared<Names>();
  auto* command =
      task_command(group, context, "release", "Let held tasks run.", tasks, "Tasks to release.");
  command->callback([&context, tasks] { open(context).release(*tasks); });
}

void add_prioritize(CLI::App& group, Context& context) {
  const auto tasks = std::make_shared<Names>();
  const auto priority = std::make_shared<std::int32_t>(1);
  auto* command =
      task_command(group, context, "prioritize", "Let tasks run before those of lower priority.",
                   tasks, "Tasks to give the priority to.");
  command
      ->add_option("-p,--priority", *priority,
                   "The priority, negative ones too. Tasks are queued with 0. Defaults to 1.")
      ->option_text("<number>");
  command->callback([&context, tasks, priority] { open(context).prioritize(*tasks, *priority); });
}

void print_findings(const Context& context, const std::vector<expcore::QueueFinding>& findings,
                    bool fix) {
  std::size_t fixed = 0;
  std::size_t fixable = 0;
  for (const auto& finding : findings) {
    context.output.line(
        fmt::format("{}: {}{}", finding.what, finding.remedy, finding.fixed ? " - done" : ""));
    fixed += finding.fixed ? 1 : 0;
    fixable += finding.fixable ? 1 : 0;
  }
  if (findings.empty()) {
    context.output.line("Nothing is wrong with the queue.");
  } else if (fix) {
    context.output.line(fmt::format("\n{} found, {} fixed.", findings.size(), fixed));
  } else {
    context.output.line(
        fmt::format("\n{} found, of which `--fix` fixes {}.", findings.size(), fixable));
  }
}

std::string to_json(const expcore::QueueFinding& finding) {
  return fmt::format(
      R"({{"kind": {}, "task": {}, "what": {}, "remedy": {}, "fixable": {}, "fixed": {}}})",
      json_string(finding.kind), json_string(finding.task), json_string(finding.what),
      json_string(finding.remedy), finding.fixable, finding.fixed);
}

void add_doctor(CLI::App& group, Context& context) {
  auto* command = group.add_subcommand(
      "doctor", "Tell what is wrong with the queue; exit code 1 when something is and stays so.");
  const auto fix = std::make_shared<bool>(false);
  const auto json = std::make_shared<bool>(false);
  command->add_flag("-f,--fix", *fix, "Repair what is safe to.");
  command->add_flag("--json", *json, "Show what was found as JSON.");
  add_verbosity(*command, context);
  command->callback([&context, fix, json] {
    const auto findings = open(context).doctor(*fix);
    if (*json) {
      Names objects;
      for (const auto& finding : findings)
        objects.push_back(to_json(finding));
      Output::raw(fmt::format("[{}]\n", fmt::join(objects, ", ")));
    } else {
      print_findings(context, findings, *fix);
    }
    const bool all_fixed = std::all_of(findings.begin(), findings.end(),
                                       [](const auto& finding) { return finding.fixed; });
    if (!all_fixed) context.exit_code = exit_code::handled;
  });
}

}  // namespace

std::chrono::milliseconds to_milliseconds(double seconds) {
  constexpr double per_second = 1000;
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * per_second));
}

void add_executor_option(CLI::App& command, std::string& executor) {
  command
      .add_option("--executor", executor,
                  "Where the commands of the tasks run: an executor of .dvc/expcore.yaml. Defaults "
                  "to this machine.")
      ->option_text("<name>");
}

expcore::QueueStatus brief_status(const expcore::Queue& queue) {
  expcore::QueueStatusOptions brief;
  brief.brief = true;
  return queue.status(brief);
}

void warn_of_dvc_tasks(const Context& context, const std::vector<expcore::QueueTask>& tasks) {
  Names names;
  for (const auto& task : tasks) {
    if (task.is_dvc && task.state == expcore::TaskState::queued) names.push_back(task.name);
  }
  if (names.empty()) return;
  constexpr std::size_t most_shown = 3;
  const bool one = names.size() == 1;
  const std::string others = names.size() > most_shown ? ", …" : "";
  const auto count = names.size();
  names.resize(std::min(names.size(), most_shown));
  context.output.warning(
      fmt::format("{} {} in DVC's own queue ('{}'{}) and will not be run by expcore: 'dvc queue "
                  "start' runs {}.",
                  count, one ? "experiment waits" : "experiments wait", fmt::join(names, "', '"),
                  others, one ? "it" : "them"));
}

std::uint32_t start_workers(const Context& context, int jobs, std::chrono::milliseconds linger,
                            const std::string& executor) {
  if (jobs <= 0) return 0;
  expcore::WorkerStart start;
  start.count = static_cast<std::uint32_t>(jobs);
  start.program = std::filesystem::read_symlink("/proc/self/exe").string();
  start.linger = linger;
  start.executor = executor;
  return open(context).start(start);
}

void follow_log(Context& context, const expcore::Queue& queue, const std::string& task) {
  if (queue.find(task)) {
    context.output.line(
        fmt::format("Following logs for experiment '{}'. Use Ctrl+C to stop following logs "
                    "(experiment execution will continue).\n",
                    task));
  }
  try {
    queue.follow(
        task, [](std::string_view text) { Output::raw(text); }, context.cancel);
  } catch (const expcore::Error& error) {
    if (error.code() != expcore::Errc::cancelled) throw;
  }
}

void add_queue(CLI::App& parent, Context& context) {
  auto* group = parent.add_subcommand("queue", "Commands to manage experiments queue.");
  group->require_subcommand(1);
  add_start(*group, context);
  add_stop(*group, context);
  add_queue_status(*group, context);
  add_logs(*group, context);
  add_remove(*group, context);
  add_kill(*group, context);
  add_wait(*group, context);
  add_retry(*group, context);
  add_requeue(*group, context);
  add_hold(*group, context);
  add_release(*group, context);
  add_prioritize(*group, context);
  add_doctor(*group, context);
}

}  // namespace cli
