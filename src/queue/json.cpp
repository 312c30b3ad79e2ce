#include "queue/json.hpp"

#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::queue {

yaml::List to_list(const std::vector<std::string>& texts) {
  yaml::List list;
  for (const auto& text : texts)
    list.emplace_back(text);
  return list;
}

std::vector<std::string> to_strings(const yaml::Value& list) {
  std::vector<std::string> texts;
  for (const auto& item : list.list())
    texts.push_back(item.string());
  return texts;
}

std::string overrides_to_json(const std::vector<FileOverride>& overrides) {
  if (overrides.empty()) return {};
  yaml::List files;
  for (const auto& [file, changes] : overrides) {
    yaml::List pair;
    pair.emplace_back(file);
    pair.emplace_back(to_list(changes));
    files.emplace_back(std::move(pair));
  }
  return yaml::dump_json(std::move(files));
}

std::vector<FileOverride> overrides_from_json(const std::string& text) {
  std::vector<FileOverride> overrides;
  if (text.empty()) return overrides;
  const yaml::Value value = yaml::parse_json(text);
  for (const auto& pair : value.list()) {
    overrides.push_back({pair.list().at(0).string(), to_strings(pair.list().at(1))});
  }
  return overrides;
}

}  // namespace expcore::queue
