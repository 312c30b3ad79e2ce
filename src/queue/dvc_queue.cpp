#include "queue/dvc_queue.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <set>
#include <string_view>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/cancel.hpp"
#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/show.hpp"
#include "yaml/reader.hpp"

namespace expcore::queue {
namespace {

constexpr std::string_view task_word = "dvc.repo.experiments.queue.tasks.run_exp";
constexpr std::string_view task_queue = "celery";
constexpr std::string_view message_suffix = ".msg";

/// The value at `path`, a text; "" when there is none.
std::string text_at(const yaml::Value& value, std::initializer_list<const char*> path) {
  const yaml::Value* at = &value;
  for (const char* key : path) {
    at = at->is_map() ? at->find(key) : nullptr;
    if (at == nullptr) return {};
  }
  return at->is_string() ? at->string() : "";
}

std::optional<std::int64_t> number_at(const yaml::Value& value, const char* key) {
  const auto* at = value.is_map() ? value.find(key) : nullptr;
  return at != nullptr && at->is_integer() ? std::optional(at->integer()) : std::nullopt;
}

std::optional<yaml::Value> read_json(const std::string& path) {
  const auto text = fs::read_file_if_exists(path);
  if (!text || text->empty()) return std::nullopt;
  try {
    return yaml::parse_json(*text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

struct Message {
  std::string id;  ///< Of the message, which names its result.
  DvcTask task;
};

/// The task's description: `[args, kwargs, embed]`, the entry being the first of either.
const yaml::Value* entry_of(const yaml::Value& body) {
  if (!body.is_list() || body.list().empty()) return nullptr;
  const yaml::Value& args = body.list().front();
  if (args.is_list() && !args.list().empty()) return &args.list().front();
  if (body.list().size() < 2 || !body.list()[1].is_map()) return nullptr;
  return body.list()[1].find("entry_dict");
}

std::optional<Message> read_message(const std::string& path) {
  const auto message = read_json(path);
  if (!message || text_at(*message, {"headers", "task"}) != task_word) return std::nullopt;
  if (text_at(*message, {"properties", "delivery_info", "routing_key"}) != task_queue) {
    return std::nullopt;
  }
  auto body = std::optional(text_at(*message, {"body"}));
  if (text_at(*message, {"properties", "body_encoding"}) == "base64") body = from_base64(*body);
  if (!body) return std::nullopt;
  try {
    const yaml::Value parsed = yaml::parse_json(*body);
    const yaml::Value* entry = entry_of(parsed);
    if (entry == nullptr) return std::nullopt;
    Message result;
    result.id = text_at(*message, {"headers", "id"});
    result.task.rev = text_at(*entry, {"stash_rev"});
    result.task.baseline = text_at(*entry, {"baseline_rev"});
    result.task.name = text_at(*entry, {"name"});
    constexpr std::size_t id_size = 40;
    if (result.task.rev.size() != id_size) return std::nullopt;
    return result;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<Message> read_messages(const std::string& folder) {
  std::vector<std::string> names;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::list_directory(folder)) {
      if (entry.name.ends_with(message_suffix)) names.push_back(entry.name);
    }
  }
  std::sort(names.begin(), names.end());
  std::vector<Message> messages;
  for (const auto& name : names) {
    if (auto message = read_message(fs::join(folder, name)))
      messages.push_back(std::move(*message));
  }
  return messages;
}

/// What DVC makes of the files; nullopt: it does not list the task.
std::optional<TaskState> state_of(const std::string& result, const DvcTask& task) {
  constexpr std::array<std::string_view, 3> over = {"SUCCESS", "FAILURE", "REVOKED"};
  if (std::find(over.begin(), over.end(), result) == over.end()) return TaskState::running;
  if (!task.info) {
    return result == "FAILURE" ? std::optional(TaskState::failed) : std::nullopt;
  }
  if (task.info->result_hash.empty()) return TaskState::failed;
  return task.info->result_ref.empty() ? std::nullopt : std::optional(TaskState::success);
}

void read_run(const std::string& exps, DvcTask& task) {
  const std::string file = fmt::format("{}/run/{}/{}", exps, task.rev, task.rev);
  task.info = exp::ExecutorInfo::read(file + ".run");
  const auto process = read_json(file + ".json");
  if (!process) return;
  task.log = text_at(*process, {"stdout"});
  task.pid = number_at(*process, "pid");
  task.exit_code = number_at(*process, "returncode");
}

int rank(TaskState state) {
  constexpr std::array order = {TaskState::running, TaskState::queued, TaskState::failed,
                                TaskState::success};
  return static_cast<int>(std::find(order.begin(), order.end(), state) - order.begin());
}

}  // namespace

std::vector<DvcTask> dvc_tasks(const std::string& tmp_dir) {
  const std::string exps = fs::join(tmp_dir, "exps");
  const std::string broker = fs::join(exps, "celery/broker");
  std::vector<DvcTask> tasks;
  std::set<std::string> seen;
  // In this order: a task that is claimed meanwhile is listed once.
  for (auto& message : read_messages(fs::join(broker, "in"))) {
    seen.insert(message.id);
    tasks.push_back(std::move(message.task));
  }
  for (auto& message : read_messages(fs::join(broker, "processed"))) {
    if (!seen.insert(message.id).second) continue;
    read_run(exps, message.task);
    const auto result =
        read_json(fmt::format("{}/celery/result/celery-task-meta-{}", exps, message.id));
    const auto state = state_of(result ? text_at(*result, {"status"}) : "", message.task);
    if (!state) continue;
    message.task.state = *state;
    tasks.push_back(std::move(message.task));
  }
  std::stable_sort(tasks.begin(), tasks.end(), [](const DvcTask& a, const DvcTask& b) {
    return rank(a.state) < rank(b.state);
  });
  return tasks;
}

std::optional<DvcTask> find_dvc_task(const std::string& tmp_dir, const std::string& name) {
  const auto tasks = dvc_tasks(tmp_dir);
  const auto find = [&](auto&& matches) -> std::optional<DvcTask> {
    const auto found = std::find_if(tasks.begin(), tasks.end(), matches);
    return found == tasks.end() ? std::nullopt : std::optional(*found);
  };
  if (auto task = find([&](const DvcTask& other) { return other.name == name; })) return task;
  constexpr std::size_t shortest = 4;
  if (name.size() < shortest) return std::nullopt;
  return find([&](const DvcTask& other) { return other.rev.starts_with(name); });
}

bool follow_dvc_log(const std::string& tmp_dir, const std::string& name, const CancelToken* cancel,
                    const std::function<void(std::string_view)>& on_text) {
  constexpr int pause_ms = 200;
  std::size_t told = 0;
  while (true) {
    const auto task = find_dvc_task(tmp_dir, name);
    if (!task || task->log.empty()) return told > 0;
    const bool runs = task->state == TaskState::running && !task->exit_code && task->pid &&
                      (::kill(static_cast<pid_t>(*task->pid), 0) == 0 || errno == EPERM);
    const auto text = fs::read_file_if_exists(task->log).value_or("");
    if (text.size() > told) on_text(std::string_view(text).substr(told));
    told = std::max(told, text.size());
    if (!runs) return true;
    pollfd polled{cancel == nullptr ? -1 : cancel->poll_fd(), POLLIN, 0};
    ::poll(&polled, 1, pause_ms);
    stop_if_requested(cancel);
  }
}

std::vector<exp::ExecutedRange> shown_dvc_tasks(pipeline::Workspace& workspace,
                                                const std::vector<git::Id>& baselines,
                                                const exp::SnapshotOptions& options) {
  exp::SnapshotReader reader(workspace);
  std::vector<exp::ExecutedRange> rows;
  for (const auto& task : dvc_tasks(workspace.tmp_dir)) {
    if (std::find(baselines.begin(), baselines.end(), task.baseline) == baselines.end()) continue;
    ShownProcess process{"", task.log, task.pid, task.exit_code};
    if (task.state == TaskState::running && task.info) {
      process.root = task.info->root_dir;
      auto live =
          exp::live_experiment(workspace, *task.info, task.rev,
                               {"running", "dvc-task", to_value(process, task.rev)}, options);
      if (live) {
        rows.push_back(std::move(*live));
        continue;
      }
    }
    const bool failed = task.state == TaskState::failed;
    exp::Executor executor{std::string(to_text(task.state)), "dvc-task",
                           to_value(process, task.rev)};
    if (failed) executor.name.reset();
    if (task.state != TaskState::queued && task.log.empty()) executor.local = yaml::Null{};
    exp::State state;
    if (task.state != TaskState::success) state = reader.commit_state(task.rev, options);
    if (failed) state.error = exp::Problem{"Experiment run failed", ""};
    rows.push_back(shown_task(task.baseline, task.name, std::move(state), std::move(executor)));
  }
  return rows;
}

}  // namespace expcore::queue
