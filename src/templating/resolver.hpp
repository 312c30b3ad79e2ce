#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "templating/context.hpp"
#include "yaml/value.hpp"

namespace expcore::templating {

enum class BoolStyle : unsigned char { store_true, boolean_optional };
enum class ListStyle : unsigned char { nargs, append };

/// `parsing.bool` and `parsing.list` of the configuration.
struct Options {
  BoolStyle bool_style = BoolStyle::store_true;
  ListStyle list_style = ListStyle::nargs;
};

/// Where a dvc.yaml is.
struct Source {
  std::string directory;   ///< Absolute folder of the dvc.yaml.
  std::string shown_path;  ///< How messages name the file: "dvc.yaml", "sub/dvc.yaml".
  std::string_view text;   ///< For code frames.
  Files files;
  std::function<void(const std::string&)> on_warning;
};

struct ResolvedStage {
  std::string name;
  yaml::Value definition;  ///< Without vars, foreach, do and matrix.
  yaml::Position position;
  /// Parameters from files that the templates used: file -> dotted key -> value.
  std::map<std::string, yaml::Map> tracked;
};

/// Fills the templates of a dvc.yaml that passed the schema: `${…}`, vars, foreach and matrix.
///
/// A document without templates costs a look at its strings. Every failure is Error{parse} in DVC's
/// words, with the place in details(). Source: DVC dvc/parsing/; docs/formats/templating.md.
/// Thread safety: confined.
class Resolver {
 public:
  /// Loads params.yaml beside the dvc.yaml (when there is one) and `vars`.
  Resolver(const yaml::Value& document, Source source, Options options);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Every stage in definition order, foreach and matrix groups expanded in their place.
  std::vector<ResolvedStage> stages();
  /// The section "metrics", "params", "plots", "artifacts" or "datasets"; null when there is none.
  yaml::Value section(std::string_view name);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore::templating
