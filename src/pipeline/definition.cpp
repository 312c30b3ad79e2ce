#include "pipeline/definition.hpp"

#include <algorithm>

#include "fs/path.hpp"

namespace expcore::pipeline {
namespace {

using yaml::Value;

template <typename Ref>
std::vector<const Ref*> by_path(const std::vector<Ref>& refs) {
  std::vector<const Ref*> sorted;
  for (const Ref& ref : refs)
    sorted.push_back(&ref);
  std::ranges::stable_sort(sorted, {}, [](const Ref* ref) { return ref->def_path; });
  return sorted;
}

yaml::List to_list(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

yaml::List deps_of(const Stage& stage) {
  yaml::List deps;
  for (const auto* dep : by_path(stage.deps))
    deps.emplace_back(dep->def_path);
  return deps;
}

yaml::List params_of(const Stage& stage) {
  yaml::List params;
  for (const auto* file : by_path(stage.params)) {
    std::vector<std::string> keys = file->keys;
    std::ranges::sort(keys);
    yaml::List listed = to_list(keys);
    if (!listed.empty() && file->def_path == "params.yaml") {
      params.insert(params.begin(), listed.begin(), listed.end());
    } else {
      yaml::Map entry;
      entry.append(file->def_path, listed.empty() ? Value() : Value(std::move(listed)));
      params.emplace_back(std::move(entry));
    }
  }
  return params;
}

Value to_definition(const Output& out) {
  yaml::Map flags;
  const auto add_text = [&](const char* name, const std::string& text) {
    if (!text.empty()) flags.append(name, text);
  };
  add_text("desc", out.desc);
  add_text("type", out.type);
  if (!out.labels.empty()) flags.append("labels", to_list(out.labels));
  const bool has_meta = !out.meta.is_null() && !(out.meta.is_map() && out.meta.map().empty());
  if (has_meta) flags.append("meta", out.meta);
  if (!out.cache) flags.append("cache", false);
  if (out.persist) flags.append("persist", true);
  if (out.kind == OutKind::plot && out.plot.is_map()) {
    for (const auto& [property, value] : out.plot.map())
      flags.append(property, value);
  }
  add_text("remote", out.remote);
  if (!out.push) flags.append("push", false);
  if (flags.empty()) return out.def_path;
  yaml::Map entry;
  entry.append(out.def_path, std::move(flags));
  return entry;
}

yaml::List outs_of(const Stage& stage, OutKind kind) {
  yaml::List outs;
  for (const auto* out : by_path(stage.outs)) {
    if (out->kind == kind) outs.push_back(to_definition(*out));
  }
  return outs;
}

bool is_false(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return true;
    case Value::Kind::boolean:
      return !value.boolean();
    case Value::Kind::integer:
      return value.integer() == 0;
    case Value::Kind::real:
      return value.real() == 0;
    case Value::Kind::string:
      return value.string().empty();
    case Value::Kind::list:
      return value.list().empty();
    case Value::Kind::map:
      return value.map().empty();
    default:
      return false;
  }
}

bool same_container(const Value* a, const Value& b) {
  return a != nullptr && a->kind() == b.kind() && !a->is_scalar();
}

void update_map(yaml::Map& old, const yaml::Map& wanted) {
  for (const auto& [key, value] : wanted) {
    const std::string name = python_str(key);
    Value* found = old.find(name);
    if (found == nullptr) {
      old.append(key, value);
    } else {
      update_definition(*found, value);
    }
  }
  std::vector<std::string> gone;
  for (const auto& member : old) {
    const std::string name = python_str(member.key);
    if (!wanted.contains(name)) gone.push_back(name);
  }
  for (const auto& name : gone)
    old.erase(name);
}

}  // namespace

yaml::Map to_definition(const Stage& stage) {
  yaml::Map definition;
  const auto add = [&](const char* name, Value value) {
    if (!is_false(value)) definition.append(name, std::move(value));
  };
  const std::string folder = fs::parent(stage.file);
  add("desc", stage.desc);
  add("cmd", stage.command);
  if (stage.wdir != folder) add("wdir", fs::relative(stage.wdir, folder));
  add("deps", deps_of(stage));
  add("params", params_of(stage));
  add("outs", outs_of(stage, OutKind::out));
  add("metrics", outs_of(stage, OutKind::metric));
  add("plots", outs_of(stage, OutKind::plot));
  add("frozen", stage.frozen);
  add("always_changed", stage.always_changed);
  add("meta", stage.meta);
  return definition;
}

void update_definition(Value& old, const Value& wanted) {
  if (same_container(&old, wanted)) {
    if (old.is_map()) {
      update_map(old.map(), wanted.map());
      return;
    }
    if (old.list().size() == wanted.list().size()) {
      for (std::size_t i = 0; i < wanted.list().size(); ++i)
        update_definition(old.list()[i], wanted.list()[i]);
      return;
    }
  }
  if (!python_equal(old, wanted)) old = wanted;
}

bool is_parametrized(const Value& definition) {
  if (definition.is_string()) return definition.string().find("${") != std::string::npos;
  if (definition.is_list()) return std::ranges::any_of(definition.list(), is_parametrized);
  if (!definition.is_map()) return false;
  return definition.find("vars") != nullptr || definition.find("foreach") != nullptr ||
         definition.find("matrix") != nullptr ||
         std::any_of(definition.map().begin(), definition.map().end(), [](const auto& member) {
           return is_parametrized(member.key) || is_parametrized(member.value);
         });
}

}  // namespace expcore::pipeline
