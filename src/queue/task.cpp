#include "queue/task.hpp"

#include <array>

#include "queue/json.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::queue {
namespace {

struct Flag {
  const char* key;
  bool TaskOptions::*member;
};
constexpr std::array flags = {
    Flag{"force", &TaskOptions::force},
    Flag{"force_downstream", &TaskOptions::force_downstream},
    Flag{"single_item", &TaskOptions::single_item},
    Flag{"pipeline", &TaskOptions::pipeline},
    Flag{"all_pipelines", &TaskOptions::all_pipelines},
    Flag{"recursive", &TaskOptions::recursive},
    Flag{"downstream", &TaskOptions::downstream},
    Flag{"allow_missing", &TaskOptions::allow_missing},
    Flag{"pull", &TaskOptions::pull},
};

struct List {
  const char* key;
  std::vector<std::string> TaskOptions::*member;
};
constexpr std::array lists = {List{"targets", &TaskOptions::targets},
                              List{"copy_paths", &TaskOptions::copy_paths}};

constexpr std::array<std::string_view, 8> outcome_texts = {
    "", "success", "failed", "killed", "timed out", "lost", "interrupted", "setup failed"};

}  // namespace

std::string_view to_text(AttemptOutcome outcome) {
  return outcome_texts.at(static_cast<std::size_t>(outcome));
}

// What is as usual is left out: most tasks have none of it.
std::string TaskOptions::to_json() const {
  yaml::Map map;
  for (const auto& [key, member] : lists) {
    if (!(this->*member).empty()) map.append(key, to_list(this->*member));
  }
  for (const auto& [key, member] : flags) {
    if (this->*member) map.append(key, true);
  }
  if (on_error != 0) map.append("on_error", std::int64_t{on_error});
  if (jobs != 1) map.append("jobs", std::int64_t{jobs});
  if (!message.empty()) map.append("message", message);
  if (!files.empty()) {
    yaml::Map texts;
    for (const auto& [path, text] : files)
      texts.append(path, text);
    map.append("files", std::move(texts));
  }
  return yaml::dump_json(std::move(map));
}

TaskOptions TaskOptions::from_json(const std::string& text) {
  TaskOptions options;
  if (text.empty() || text == "{}") return options;
  const yaml::Value value = yaml::parse_json(text);
  for (const auto& [key, member] : lists) {
    if (const auto* found = value.find(key)) options.*member = to_strings(*found);
  }
  for (const auto& [key, member] : flags) {
    const auto* found = value.find(key);
    options.*member = found != nullptr && found->boolean();
  }
  if (const auto* found = value.find("on_error")) {
    options.on_error = static_cast<std::int32_t>(found->integer());
  }
  if (const auto* found = value.find("jobs")) {
    options.jobs = static_cast<std::uint32_t>(found->integer());
  }
  if (const auto* found = value.find("message")) options.message = found->string();
  if (const auto* found = value.find("files")) {
    for (const auto& [path, content] : found->map())
      options.files.emplace(path.string(), content.string());
  }
  return options;
}

}  // namespace expcore::queue
