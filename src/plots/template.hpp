#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml/value.hpp"

namespace expcore::plots {

/// A Vega-Lite specification with places ("<DVC_METRIC_DATA>", …) to fill.
/// Source: dvc_render/vega_templates.py; docs/formats/plots.md. Thread safety: a value.
class Template {
 public:
  Template(std::string name, yaml::Value content)
      : name_(std::move(name)), content_(std::move(content)) {}

  /// The template that `name` means: a file of `directory` (with or without ".json"), a file at
  /// `name` itself (relative to `working_directory`), or one of the built-in ones.
  /// Throws: Error{invalid_argument} "Template '<name>' not found.", or what is wrong with the
  /// file.
  static Template find(const std::string& name, const std::string& directory,
                       const std::string& working_directory);

  /// "<DVC_METRIC_X>" for "x".
  static std::string anchor(std::string_view name);

  const std::string& name() const { return name_; }
  const yaml::Value& content() const { return content_; }

  bool has_anchor(std::string_view name) const;
  /// Puts `value` where the anchor is; a text also where the anchor is part of one.
  void fill(std::string_view name, const yaml::Value& value);
  /// The same for a value that may be large: the last place takes it.
  void fill_large(std::string_view name, yaml::Value value);
  /// content(), which is gone from here.
  yaml::Value take() { return std::move(content_); }

 private:
  std::string name_;
  yaml::Value content_;
};

/// Names of the built-in templates, in DVC's order.
const std::vector<std::string>& builtin_names();
/// The JSON of a built-in template; null when there is none of that name.
yaml::Value builtin_template(std::string_view name);

}  // namespace expcore::plots
