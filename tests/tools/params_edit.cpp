// Reads lines of JSON {"text", "file", "overrides"} and writes lines {"text"} or {"error"}: what
// `-S` makes of a params file. For tests/interop/param_edits.py.
#include <iostream>
#include <string>
#include <vector>

#include "params/edit.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace {

using namespace expcore;

yaml::Value answer(const yaml::Value& question) {
  yaml::Map result;
  try {
    std::vector<params::Override> overrides;
    for (const auto& text : question.find("overrides")->list())
      overrides.push_back(params::parse_override(text.string()));
    const std::string& file = question.find("file")->string();
    result.set("text", params::apply_to_text(question.find("text")->string(),
                                             params::format_of(file), file, overrides));
  } catch (const Error& error) {
    result.set("error", error.full_message());
  }
  return result;
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line))
    std::cout << yaml::dump_json(answer(yaml::parse_json(line))) << '\n';
  return 0;
}
