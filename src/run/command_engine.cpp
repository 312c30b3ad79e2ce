#include "run/command_engine.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <regex>
#include <string_view>
#include <utility>
#include <vector>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "run/process.hpp"
#include "run/request.hpp"
#include "yaml/reader.hpp"

namespace expcore::run {
namespace {

using Values = std::map<std::string, std::string>;

constexpr auto patience = std::chrono::minutes(2);  // with an engine that does not answer

bool is_name_letter(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

Values values_of(const Job& job) {
  constexpr std::int64_t mebibyte = 1024 * 1024;
  const auto whole_cpus = static_cast<std::int64_t>(std::ceil(std::max(job.cpus, 1.0)));
  return {{"script", job.script},
          {"log", job.log},
          {"directory", job.directory},
          {"name", job.name},
          {"cpus", std::to_string(whole_cpus)},
          {"memory", std::to_string(job.memory)},
          {"memory_mib", std::to_string((job.memory + mebibyte - 1) / mebibyte)},
          {"gpus", std::to_string(job.gpus)},
          {"seconds", std::to_string((job.timeout.count() + 999) / 1000)}};
}

struct Answer {
  int code = 0;
  std::string output;
  std::string errors;
};

class CommandEngine : public JobEngine {
 public:
  CommandEngine(CommandExecutorOptions options, Values environment)
      : options_(std::move(options)), environment_(std::move(environment)) {
    check("submit", options_.submit, values_of({}));
    check("poll", options_.poll, {{"id", ""}});
    check("cancel", options_.cancel, {{"id", ""}});
    if (options_.id_pattern.empty()) return;
    try {
      id_pattern_.emplace(options_.id_pattern);
    } catch (const std::regex_error& error) {
      throw Error(Errc::invalid_argument,
                  fmt::format("id_pattern: '{}': {}", options_.id_pattern, error.what()));
    }
    if (id_pattern_->mark_count() != 1) {
      throw Error(Errc::invalid_argument,
                  fmt::format("id_pattern: '{}' has not one group", options_.id_pattern));
    }
  }

  std::string submit(const Job& job) override {
    const std::string line = fill_in(options_.submit, values_of(job));
    const Answer answer = run(line, job.directory);
    if (answer.code != 0) {
      throw Error(Errc::stage_failed, fmt::format("the job was not taken: {}, exited with {}{}",
                                                  line, answer.code, words_of(answer)));
    }
    std::string id = id_in(answer.output);
    if (id.empty()) {
      throw Error(Errc::stage_failed,
                  fmt::format("no job id in what '{}' printed{}", line, words_of(answer)));
    }
    return id;
  }

  bool is_alive(const std::string& id) override {
    const std::string line = fill_in(options_.poll, {{"id", id}});
    const Answer answer = run(line, "/");
    if (answer.code == 0 || answer.code == 1) return answer.code == 0;
    throw Error(Errc::stage_failed,
                fmt::format("{}, exited with {}{}", line, answer.code, words_of(answer)));
  }

  void cancel(const std::string& id) override {
    run(fill_in(options_.cancel, {{"id", id}}), "/");  // its code says nothing: poll tells
  }

 private:
  static void check(const char* member, const std::string& line, const Values& values) {
    if (trim(line).empty()) {
      throw Error(Errc::invalid_argument, fmt::format("{}: a command line is needed", member));
    }
    try {
      fill_in(line, values);
    } catch (Error& error) {
      error.add_context(member);
      throw;
    }
  }

  Answer run(const std::string& line, const std::string& directory) const {
    Command command;
    command.argv = {"/bin/sh", "-c", line};
    command.directory = directory;
    command.environment = environment_;
    Answer answer;
    Limits limits;
    limits.timeout = patience;
    const auto on_output = [&](int stream, std::string_view bytes) {
      (stream == 1 ? answer.output : answer.errors) += bytes;
    };
    answer.code = run_command(command, on_output, limits).code;
    return answer;
  }

  static std::string words_of(const Answer& answer) {
    const auto words = trim(answer.errors.empty() ? answer.output : answer.errors);
    return words.empty() ? "" : fmt::format(": {}", words);
  }

  /// The group of id_pattern; or the last word of the last line, up to a ';' (`sbatch --parsable`
  /// adds the cluster's name behind it).
  std::string id_in(const std::string& output) const {
    if (id_pattern_) {
      std::smatch match;
      return std::regex_search(output, match, *id_pattern_) ? match[1].str() : "";
    }
    const std::string_view text = trim(output);
    const auto blank = text.find_last_of(" \t\r\n");
    const std::string_view word = blank == std::string_view::npos ? text : text.substr(blank + 1);
    return std::string(word.substr(0, word.find(';')));
  }

  CommandExecutorOptions options_;
  Values environment_;
  std::optional<std::regex> id_pattern_;
};

std::string names_of(const Values& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values)
    names.push_back(name);
  return join(names, ", ");
}

void set_member(CommandExecutorOptions& options, const std::string& name,
                const yaml::Value& value) {
  const auto text = [&] {
    if (!value.is_string())
      throw Error(Errc::invalid_argument, fmt::format("{}: expected text", name));
    return value.string();
  };
  if (name == "submit") {
    options.submit = text();
  } else if (name == "poll") {
    options.poll = text();
  } else if (name == "cancel") {
    options.cancel = text();
  } else if (name == "id_pattern") {
    options.id_pattern = text();
  } else if (name == "poll_interval") {
    options.capabilities.poll_interval = parse_duration(value, name);
  } else if (name == "shares_out") {
    if (!value.is_boolean())
      throw Error(Errc::invalid_argument, fmt::format("{}: expected true or false", name));
    options.capabilities.shares_out = value.boolean();
  } else {
    throw Error(Errc::invalid_argument,
                fmt::format("{}: not known; submit, poll, cancel, id_pattern, poll_interval and "
                            "shares_out are",
                            name));
  }
}

}  // namespace

std::string fill_in(const std::string& line, const Values& values) {
  std::string result;
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::size_t end = i + 1;
    while (end < line.size() && is_name_letter(line[end]))
      ++end;
    const bool is_name = line[i] == '{' && end > i + 1 && end < line.size() && line[end] == '}' &&
                         (i == 0 || line[i - 1] != '$');
    if (!is_name) {
      result += line[i];
      continue;
    }
    const auto value = values.find(line.substr(i + 1, end - i - 1));
    if (value == values.end()) {
      throw Error(
          Errc::invalid_argument,
          fmt::format("unknown '{}'; {} are known", line.substr(i, end + 1 - i), names_of(values)));
    }
    result += shell_quote(value->second);
    i = end;
  }
  return result;
}

std::shared_ptr<JobEngine> command_engine(const CommandExecutorOptions& options,
                                          Values environment) {
  return std::make_shared<CommandEngine>(options, std::move(environment));
}

CommandExecutorOptions read_executor(const std::string& dvc_dir, const std::string& name) {
  const std::string file = fs::join(dvc_dir, "expcore.yaml");
  const auto text = fs::read_file_if_exists(file);
  try {
    const yaml::Value document = text ? yaml::parse_yaml(*text) : yaml::Value();
    const yaml::Value* executors = document.find("executors");
    const yaml::Value* found = executors == nullptr ? nullptr : executors->find(name);
    if (found == nullptr) {
      throw Error(Errc::not_found, fmt::format("there is no executor '{}' in '{}'", name, file));
    }
    if (!found->is_map()) throw Error(Errc::invalid_argument, "expected a mapping");
    CommandExecutorOptions options;
    options.name = name;
    for (const auto& [key, value] : found->map())
      set_member(options, python_str(key), value);
    return options;
  } catch (Error& error) {
    if (error.code() == Errc::not_found) throw;
    error.add_context(fmt::format("'{}' is invalid: executors.{}", file, name));
    throw;
  }
}

}  // namespace expcore::run
