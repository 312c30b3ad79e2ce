#include <iostream>
#include <string>

#include <expcore/error.hpp>

#include "hydra/compose.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

/// Composes what each line of standard input says ({"dir", "name", "overrides", "environment"}) and
/// prints the outcome: {"config": …} or {"error": [outermost message, …]}.

using namespace expcore;

namespace {

yaml::Value composed(const yaml::Value& request) {
  hydra::ComposeOptions options;
  options.config_dir = request.find("dir")->string();
  options.config_name = request.find("name")->string();
  for (const auto& text : request.find("overrides")->list())
    options.overrides.push_back(text.string());
  options.environment = {{"HOME", "/home/user"}, {"NUM", "17"}};
  yaml::Map result;
  try {
    result.set("config", hydra::compose(options).config);
  } catch (const Error& error) {
    yaml::List causes;
    for (const auto& cause : error.causes())
      causes.emplace_back(cause);
    result.set("error", std::move(causes));
  }
  return result;
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::cout << yaml::dump_json(composed(yaml::parse_json(line))) << '\n';
  }
  return 0;
}
