#include "pipeline/schema.hpp"

#include <functional>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/path.hpp"
#include "yaml/reader.hpp"

namespace expcore::pipeline {
namespace {

struct Problem {
  std::string text;
  std::vector<std::string> path;
  yaml::Position position;
};

using Problems = std::vector<Problem>;
using Path = std::vector<std::string>;

/// Checks one value; appends what is wrong with it.
using Rule = std::function<void(const yaml::Value&, Path&, Problems&)>;

void report(Problems& problems, std::string text, const Path& path, const yaml::Value& at) {
  problems.push_back({std::move(text), path, at.position});
}

Rule of_kind(bool (yaml::Value::*test)() const, const char* text) {
  return [=](const yaml::Value& value, Path& path, Problems& problems) {
    if (!(value.*test)()) report(problems, text, path, value);
  };
}

Rule text_rule() { return of_kind(&yaml::Value::is_string, "expected str"); }
Rule flag_rule() { return of_kind(&yaml::Value::is_boolean, "expected bool"); }
Rule dict_rule() { return of_kind(&yaml::Value::is_map, "expected dict"); }
Rule array_rule() { return of_kind(&yaml::Value::is_list, "expected list"); }
Rule anything() {
  return [](const yaml::Value&, Path&, Problems&) {};
}
Rule nothing() {
  return [](const yaml::Value& value, Path& path, Problems& problems) {
    if (!value.is_null()) report(problems, "expected None", path, value);
  };
}
/// An int; a bool is one for Python.
Rule number_rule() {
  return [](const yaml::Value& value, Path& path, Problems& problems) {
    if (!value.is_integer() && !value.is_boolean() &&
        value.kind() != yaml::Value::Kind::big_integer) {
      report(problems, "expected int", path, value);
    }
  };
}
/// None, "" or at least three characters.
Rule checksum_rule() {
  return [](const yaml::Value& value, Path& path, Problems& problems) {
    if (value.is_null()) return;
    if (!value.is_string()) return report(problems, "expected str", path, value);
    const auto size = value.string().size();
    if (size != 0 && size < 3) {
      report(problems, "length of value must be at least 3", path, value);
    }
  };
}

/// The first rule that accepts the value; else what the rule that looked deepest had to say.
Rule any_of(std::vector<Rule> rules) {
  return [rules = std::move(rules)](const yaml::Value& value, Path& path, Problems& problems) {
    Problems deepest;
    for (const auto& rule : rules) {
      Problems found;
      rule(value, path, found);
      if (found.empty()) return;
      if (deepest.empty() || found.front().path.size() > deepest.front().path.size()) {
        deepest = std::move(found);
      }
    }
    problems.insert(problems.end(), deepest.begin(), deepest.end());
  };
}

Rule list_of(Rule item) {
  return [item = std::move(item)](const yaml::Value& value, Path& path, Problems& problems) {
    if (!value.is_list()) return report(problems, "expected a list", path, value);
    const auto& list = value.list();
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::size_t before = problems.size();
      path.push_back(std::to_string(i));
      item(list[i], path, problems);
      path.pop_back();
      // DVC's validator reports what is wrong inside one item and leaves the others unseen.
      const bool inside =
          problems.size() > before && problems[before].path.size() > path.size() + 1;
      if (inside) return;
    }
  };
}

struct Field {
  const char* name;
  Rule rule;
  bool required = false;
};

/// A mapping with these keys and no others; `other`, when given, takes every other string key.
Rule fields(std::vector<Field> known, Rule other = {}) {
  return [known = std::move(known), other = std::move(other)](const yaml::Value& value, Path& path,
                                                              Problems& problems) {
    if (!value.is_map()) return report(problems, "expected a dictionary", path, value);
    for (const auto& [key, entry] : value.map()) {
      const Rule* rule = nullptr;
      if (key.is_string()) {
        for (const auto& field : known) {
          if (key.string() == field.name) rule = &field.rule;
        }
        if (rule == nullptr && other) rule = &other;
      }
      path.push_back(yaml::python_str(key));
      if (rule != nullptr) {
        (*rule)(entry, path, problems);
      } else {
        report(problems, "extra keys not allowed", path, key);
      }
      path.pop_back();
    }
    for (const auto& field : known) {
      if (!field.required || value.map().contains(field.name)) continue;
      path.emplace_back(field.name);
      report(problems, "required key not provided", path, value);
      path.pop_back();
    }
  };
}

Rule map_of(Rule value) { return fields({}, std::move(value)); }

std::vector<Field> annotation_fields() {
  return {{"desc", text_rule()},
          {"type", text_rule()},
          {"labels", list_of(text_rule())},
          {"meta", anything()}};
}

std::vector<Field> operator+(std::vector<Field> left, std::vector<Field> right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

std::vector<Field> out_flags() {
  return annotation_fields() + std::vector<Field>{{"cache", flag_rule()},
                                                  {"persist", flag_rule()},
                                                  {"checkpoint", flag_rule()},
                                                  {"remote", text_rule()},
                                                  {"push", flag_rule()}};
}

Rule plot_flags() {
  return fields(out_flags() + std::vector<Field>{{"template", text_rule()},
                                                 {"x", text_rule()},
                                                 {"y", text_rule()},
                                                 {"x_label", text_rule()},
                                                 {"y_label", text_rule()},
                                                 {"title", text_rule()},
                                                 {"header", flag_rule()}});
}

Rule stage_rule() {
  const Rule command = any_of({text_rule(), array_rule()});
  const Rule vars = list_of(any_of({text_rule(), dict_rule()}));
  const Rule outs = list_of(any_of({text_rule(), map_of(fields(out_flags()))}));
  const Rule plots =
      list_of(any_of({text_rule(), map_of(any_of({plot_flags(), list_of(plot_flags())}))}));
  return fields({{"matrix", map_of(any_of({text_rule(), array_rule()}))},
                 {"cmd", command, true},
                 {"wdir", text_rule()},
                 {"deps", list_of(text_rule())},
                 {"params", list_of(any_of({text_rule(), dict_rule()}))},
                 {"vars", vars},
                 {"frozen", flag_rule()},
                 {"meta", anything()},
                 {"desc", text_rule()},
                 {"always_changed", flag_rule()},
                 {"outs", outs},
                 {"metrics", outs},
                 {"plots", plots}});
}

Rule stage_or_foreach_rule() {
  const Rule stage = stage_rule();
  const Rule group = fields(
      {{"foreach", any_of({dict_rule(), array_rule(), text_rule()}), true}, {"do", stage, true}});
  return [=](const yaml::Value& value, Path& path, Problems& problems) {
    const bool is_group = value.find("foreach") != nullptr || value.find("do") != nullptr;
    (is_group ? group : stage)(value, path, problems);
  };
}

Rule pipeline_rule() {
  const Rule text_map = map_of(text_rule());
  const Rule plot_definition =
      fields({{"x", any_of({text_rule(), text_map})},
              {"y", any_of({text_rule(), list_of(text_rule()),
                            map_of(any_of({text_rule(), list_of(text_rule())}))})},
              {"x_label", text_rule()},
              {"y_label", text_rule()},
              {"title", text_rule()},
              {"template", text_rule()}});
  const Rule artifact =
      fields(annotation_fields() + std::vector<Field>{{"path", text_rule(), true}});
  return fields(
      {{"datasets", anything()},
       {"plots", list_of(any_of({text_rule(), map_of(any_of({plot_definition, nothing()}))}))},
       {"stages", map_of(stage_or_foreach_rule())},
       {"vars", list_of(any_of({text_rule(), dict_rule()}))},
       {"params", list_of(text_rule())},
       {"metrics", list_of(text_rule())},
       {"artifacts", map_of(artifact)}});
}

std::vector<Field> hash_fields() {
  return {{"md5", checksum_rule()},   {"checksum", checksum_rule()}, {"etag", checksum_rule()},
          {"size", number_rule()},    {"nfiles", number_rule()},     {"isexec", flag_rule()},
          {"version_id", text_rule()}};
}

Rule cloud_rule() { return map_of(fields(hash_fields())); }

Rule member_files_rule() {
  return list_of(fields(
      hash_fields() + std::vector<Field>{{"relpath", text_rule(), true}, {"cloud", cloud_rule()}}));
}

Rule lock_rule() {
  const Rule item = fields(hash_fields() + std::vector<Field>{{"path", text_rule(), true},
                                                              {"cloud", cloud_rule()},
                                                              {"files", member_files_rule()},
                                                              {"hash", text_rule()},
                                                              {"dataset", dict_rule()}});
  const Rule entry = fields({{"cmd", any_of({text_rule(), array_rule()}), true},
                             {"deps", list_of(item)},
                             {"params", map_of(map_of(anything()))},
                             {"outs", list_of(item)}});
  const Rule version = [](const yaml::Value& value, Path& path, Problems& problems) {
    if (!value.is_string() || value.string() != "2.0") {
      report(problems, "invalid schema version", path, value);
    }
  };
  return fields({{"schema", version, true}, {"datasets", anything()}, {"stages", map_of(entry)}});
}

Rule dvc_file_rule() {
  const std::vector<Field> common =
      hash_fields() +
      std::vector<Field>{{"path", text_rule(), true},    {"persist", flag_rule()},
                         {"cloud", cloud_rule()},        {"hash", text_rule()},
                         {"files", member_files_rule()}, {"fs_config", dict_rule()}};
  const Rule out = fields(common + annotation_fields() +
                          std::vector<Field>{{"cache", flag_rule()},
                                             {"remote", text_rule()},
                                             {"push", flag_rule()},
                                             {"metric", anything()},
                                             {"plot", anything()}});
  const Rule repo = fields({{"url", text_rule(), true},
                            {"rev", text_rule()},
                            {"rev_lock", text_rule()},
                            {"config", any_of({text_rule(), dict_rule()})},
                            {"remote", any_of({text_rule(), dict_rule()})}});
  const Rule dep = fields(
      common + std::vector<Field>{{"meta", anything()}, {"repo", repo}, {"db", dict_rule()}});
  return fields({{"md5", checksum_rule()},
                 {"wdir", any_of({text_rule(), nothing()})},
                 {"deps", any_of({list_of(dep), nothing()})},
                 {"outs", any_of({list_of(out), nothing()})},
                 {"locked", flag_rule()},
                 {"frozen", flag_rule()},
                 {"meta", anything()},
                 {"always_changed", flag_rule()},
                 {"desc", text_rule()}});
}

const Rule& rule_of(Schema schema) {
  static const Rule pipeline = pipeline_rule();
  static const Rule lock = lock_rule();
  static const Rule dvc_file = dvc_file_rule();
  switch (schema) {
    case Schema::pipeline:
      return pipeline;
    case Schema::lock:
      return lock;
    case Schema::dvc_file:
      break;
  }
  return dvc_file;
}

/// Lines that begin with seven `<`, `=` or `>` and a blank, as Git leaves them.
bool has_conflict_markers(std::string_view text) {
  for (const auto line : split(text, '\n')) {
    if (line.size() < 8 || line[7] != ' ') continue;
    const auto marker = line.substr(0, 7);
    if (marker.find_first_not_of("<=>") == std::string_view::npos) return true;
  }
  return false;
}

std::string in_revision(std::string_view revision) {
  return revision.empty() ? "" : fmt::format(" in revision '{}'", revision.substr(0, 7));
}

[[noreturn]] void fail_validation(const Problems& problems, std::string_view text,
                                  const std::string& shown, std::string_view revision) {
  const std::string count =
      problems.size() > 1 ? fmt::format(": {} errors", problems.size()) : std::string();
  std::string details;
  for (const auto& problem : problems) {
    if (!details.empty()) details += "\n\n";
    details += problem.text;
    if (!problem.path.empty()) details += ", in " + join(problem.path, " -> ");
    if (problem.position.line == 0) continue;
    details +=
        fmt::format(", line {}, column {}\n", problem.position.line, problem.position.column) +
        yaml::code_frame(text, problem.position);
  }
  throw Error(Errc::parse,
              fmt::format("'{}' validation failed{}{}.", shown, in_revision(revision), count))
      .with_details(std::move(details));
}

}  // namespace

yaml::Value read_document(std::string_view text, Schema schema, const std::string& shown,
                          std::string_view revision) {
  yaml::Value document;
  try {
    document = yaml::parse_yaml(text);
  } catch (const Error& error) {
    std::string details = error.what();
    if (!error.details().empty()) details += "\n" + error.details();
    const char* hint = has_conflict_markers(text) ? " (possible merge conflicts)" : "";
    throw Error(Errc::parse,
                fmt::format("'{}' is invalid{}{}.", shown, hint, in_revision(revision)))
        .with_details(std::move(details));
  }
  Problems problems;
  Path path;
  rule_of(schema)(document, path, problems);
  if (!problems.empty()) fail_validation(problems, text, shown, revision);
  return document;
}

std::string shown_path(const std::string& path, const std::string& directory) {
  const std::string relative = fs::relative(path, directory);
  return relative.starts_with("..") ? relative : "./" + relative;
}

}  // namespace expcore::pipeline
