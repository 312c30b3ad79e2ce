#include "revision/problem.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace expcore::revision {

Problem problem_of(const Error& error) {
  std::string text = error.full_message();
  constexpr std::string_view unexpected = "unexpected error - ";
  if (text.starts_with(unexpected)) text.erase(0, unexpected.size());
  constexpr std::pair<std::string_view, const char*> types[] = {
      {" cannot be an output.", "OutputIsStageFileError"},
      {" is ignored by ", "OutputIsIgnoredError"},
      {"unable to read: ", "YAMLFileCorruptedError"},
      {"Unsupported value of type ", "TypeError"},
  };
  for (const auto& [words, type] : types) {
    if (text.find(words) != std::string::npos) return {text, type};
  }
  if (error.code() != Errc::parse) return {text, "DvcException"};
  if (text.find(" validation failed") != std::string::npos) {
    return {text.substr(0, text.size() - 1), "YAMLValidationError"};
  }
  if (text.starts_with("failed to parse ")) return {text, "ResolveError"};
  // Here DVC words a syntax error as for any other YAML file.
  const auto quote = text.find('\'', 1);
  std::string path = text.substr(1, quote == std::string::npos ? quote : quote - 1);
  if (path.starts_with("./")) path.erase(0, 2);
  return {fmt::format("unable to read: '{}', YAML file structure is corrupted", path),
          "YAMLSyntaxError"};
}

}  // namespace expcore::revision
