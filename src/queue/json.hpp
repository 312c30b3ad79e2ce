#pragma once
#include <string>
#include <vector>

#include "queue/task.hpp"
#include "yaml/value.hpp"

namespace expcore::queue {

yaml::List to_list(const std::vector<std::string>& texts);
std::vector<std::string> to_strings(const yaml::Value& list);

/// `[["params.yaml", ["lr=0.1"]]]`
std::string overrides_to_json(const std::vector<FileOverride>& overrides);
std::vector<FileOverride> overrides_from_json(const std::string& text);

}  // namespace expcore::queue
