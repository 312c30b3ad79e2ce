#include "pipeline/loader.hpp"

#include <algorithm>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/path.hpp"
#include "pipeline/schema.hpp"
#include "yaml/reader.hpp"

namespace expcore::pipeline {
namespace {

bool is_url(std::string_view path) {
  const auto colon = path.find("://");
  return colon != std::string_view::npos && colon > 0 &&
         path.substr(0, colon).find_first_of("/. ") == std::string_view::npos;
}

/// What no file name and no command line can hold. Python refuses it only when it gets there.
void refuse_nul(std::string_view text, std::string_view what) {
  const auto at = text.find('\0');
  if (at == std::string_view::npos) return;
  throw Error(Errc::invalid_argument, fmt::format("{} '{}\\0{}' holds a NUL byte", what,
                                                  text.substr(0, at), text.substr(at + 1)));
}

PathRef resolve_path(const std::string& written, const std::string& wdir,
                     const LoadContext& context) {
  refuse_nul(written, "path");
  if (is_url(written)) return {written, written};
  if (fs::is_absolute(written)) {
    const std::string path = fs::normalize(written);
    return {fs::is_within(path, context.root) ? fs::relative(path, wdir) : written, path};
  }
  return {written, fs::absolute(wdir, written)};
}

bool is_dvc_file_name(const std::string& path) {
  const std::string name = fs::filename(path);
  return name.ends_with(".dvc") || name == "dvc.yaml";
}

const std::string& text_of(const yaml::Value& value) {
  if (value.is_string()) return value.string();
  // Templates may turn a checked string into something else; DVC meets it while joining paths.
  throw Error(Errc::invalid_argument,
              fmt::format("expected str, bytes or os.PathLike object, not {}", python_type(value)));
}

Dependency make_dependency(const std::string& written, const std::string& wdir,
                           const LoadContext& context) {
  Dependency dep;
  static_cast<PathRef&>(dep) = resolve_path(written, wdir, context);
  if (written.starts_with("ds://")) {
    dep.kind = Dependency::Kind::dataset;
  } else if (is_url(written)) {
    dep.kind = Dependency::Kind::external;
  } else if (is_dvc_file_name(dep.path)) {
    throw Error(Errc::invalid_argument,
                fmt::format("DVC file '{}' cannot be a dependency.", written));
  }
  return dep;
}

/// Adds the keys of one `params:` item to the dependency on its file.
class ParamsCollector {
 public:
  ParamsCollector(const std::string& wdir, const LoadContext& context)
      : wdir_(wdir), context_(context) {}

  void add(const yaml::Value& item) {
    if (item.is_map()) {
      for (const auto& [file, keys] : item.map())
        add_file(python_str(file), keys);
    } else {
      dependency("params.yaml").keys.push_back(python_str(item));
    }
  }

  std::vector<ParamsDependency> take() {
    for (auto& dep : params_) {
      std::vector<std::string> unique;
      for (auto& key : dep.keys) {
        if (std::find(unique.begin(), unique.end(), key) == unique.end()) unique.push_back(key);
      }
      dep.keys = std::move(unique);
    }
    return std::move(params_);
  }

 private:
  ParamsDependency& dependency(const std::string& file) {
    for (auto& dep : params_) {
      if (dep.def_path == file) return dep;
    }
    ParamsDependency dep;
    static_cast<PathRef&>(dep) = resolve_path(file, wdir_, context_);
    dep.def_path = file;
    return params_.emplace_back(std::move(dep));
  }

  void add_file(const std::string& file, const yaml::Value& keys) {
    auto& dep = dependency(file);
    if (keys.is_null() || (keys.is_list() && keys.list().empty())) {
      dep.whole_file = true;
      return;
    }
    if (!keys.is_list()) {
      throw Error(Errc::invalid_argument,
                  fmt::format("Expected list of params for custom params file '{}', got '{}'.",
                              file, python_type(keys)));
    }
    for (const auto& key : keys.list())
      dep.keys.push_back(python_str(key));
  }

  const std::string& wdir_;
  const LoadContext& context_;
  std::vector<ParamsDependency> params_;
};

bool flag(const yaml::Value& flags, std::string_view name, bool fallback) {
  const auto* value = flags.find(name);
  return value != nullptr && value->is_boolean() ? value->boolean() : fallback;
}

std::string text_flag(const yaml::Value& flags, std::string_view name) {
  const auto* value = flags.find(name);
  return value != nullptr && value->is_string() ? value->string() : std::string();
}

constexpr std::string_view plot_properties[] = {"template", "x",     "y",     "x_label",
                                                "y_label",  "title", "header"};

/// Takes over the flags that `flags` has; the others stay as an earlier mention left them.
void apply_flags(Output& out, const yaml::Value& flags) {
  out.cache = flag(flags, "cache", out.cache);
  out.persist = flag(flags, "persist", out.persist);
  out.push = flag(flags, "push", out.push);
  if (flags.find("remote") != nullptr) out.remote = text_flag(flags, "remote");
  if (flags.find("desc") != nullptr) out.desc = text_flag(flags, "desc");
  if (flags.find("type") != nullptr) out.type = text_flag(flags, "type");
  if (const auto* meta = flags.find("meta")) out.meta = *meta;
  if (const auto* labels = flags.find("labels"); labels != nullptr && labels->is_list()) {
    out.labels.clear();
    for (const auto& label : labels->list())
      out.labels.push_back(python_str(label));
  }
  if (out.kind != OutKind::plot) return;
  yaml::Map plot = out.plot.is_map() ? out.plot.map() : yaml::Map();
  for (const auto property : plot_properties) {
    if (const auto* value = flags.find(property)) plot.set(std::string(property), *value);
  }
  if (!plot.empty()) out.plot = std::move(plot);
}

class StageBuilder {
 public:
  StageBuilder(Stage& stage, const LoadContext& context) : stage_(stage), context_(context) {}

  void build(const yaml::Value& definition) {
    if (const auto* command = definition.find("cmd")) stage_.command = *command;
    for (const auto& line : stage_.command_lines())
      refuse_nul(line, "command");
    stage_.frozen = flag(definition, "frozen", false);
    stage_.always_changed = flag(definition, "always_changed", false);
    stage_.desc = text_flag(definition, "desc");
    if (const auto* meta = definition.find("meta")) stage_.meta = *meta;
    if (const auto* deps = definition.find("deps")) add_deps(deps->list());
    if (const auto* params = definition.find("params")) add_params(params->list());
    add_outs(definition.find("outs"), OutKind::out);
    add_outs(definition.find("metrics"), OutKind::metric);
    add_outs(definition.find("plots"), OutKind::plot);
  }

 private:
  void add_deps(const yaml::List& deps) {
    for (const auto& dep : deps) {
      auto made = make_dependency(text_of(dep), stage_.wdir, context_);
      const bool known = std::any_of(stage_.deps.begin(), stage_.deps.end(),
                                     [&](const auto& d) { return d.def_path == made.def_path; });
      if (!known) stage_.deps.push_back(std::move(made));
    }
  }

  void add_params(const yaml::List& items) {
    ParamsCollector collector(stage_.wdir, context_);
    for (const auto& item : items)
      collector.add(item);
    stage_.params = collector.take();
  }

  void add_outs(const yaml::Value* items, OutKind kind) {
    if (items == nullptr) return;
    const std::size_t first = stage_.outs.size();
    for (const auto& item : items->list()) {
      if (!item.is_map()) {
        out_named(text_of(item), kind, first);
        continue;
      }
      for (const auto& [path, flags] : item.map()) {
        if (flags.is_list()) {
          throw Error(Errc::invalid_argument,
                      fmt::format("Expected dict for '{}', got: 'list'", python_str(path)));
        }
        apply_flags(out_named(text_of(path), kind, first), flags);
      }
    }
  }

  /// The output of this list with that path, made on its first mention.
  Output& out_named(const std::string& written, OutKind kind, std::size_t first) {
    Output out;
    static_cast<PathRef&>(out) = resolve_path(written, stage_.wdir, context_);
    out.kind = kind;
    for (std::size_t i = first; i < stage_.outs.size(); ++i) {
      if (stage_.outs[i].def_path == out.def_path) return stage_.outs[i];
    }
    if (is_dvc_file_name(out.path)) {
      throw Error(Errc::invalid_argument,
                  fmt::format("DVC file '{}' cannot be an output.", written));
    }
    return stage_.outs.emplace_back(std::move(out));
  }

  Stage& stage_;
  const LoadContext& context_;
};

std::vector<std::string> text_list(const yaml::Value& value) {
  std::vector<std::string> list;
  if (!value.is_list()) return list;
  for (const auto& item : value.list())
    list.push_back(python_str(item));
  return list;
}

templating::Source template_source(std::string_view text, const std::string& path,
                                   const LoadContext& context) {
  templating::Source source;
  source.directory = fs::parent(path);
  source.shown_path = fs::relative(path, context.directory);
  source.text = text;
  source.files = {context.read, context.is_directory};
  source.on_warning = context.on_warning;
  return source;
}

LockItem recorded_item(const yaml::Value& entry) {
  yaml::Map item;
  for (const char* key : {"path", "hash", "md5", "size", "nfiles", "isexec"}) {
    if (const auto* value = entry.find(key)) item.append(key, *value);
  }
  yaml::Map wrapper;
  wrapper.append("cmd", "");
  wrapper.append("outs", yaml::List{std::move(item)});
  return LockEntry::from_value(std::move(wrapper)).outs.front();
}

void add_dvc_file_dep(Stage& stage, const yaml::Value& entry, const LoadContext& context) {
  const std::string written = text_flag(entry, "path");
  Dependency dep;
  static_cast<PathRef&>(dep) = resolve_path(written, stage.wdir, context);
  dep.kind = Dependency::Kind::import;
  stage.deps.push_back(std::move(dep));
  stage.recorded->deps.push_back(recorded_item(entry));
}

void add_dvc_file_out(Stage& stage, const yaml::Value& entry, const LoadContext& context) {
  Output out;
  static_cast<PathRef&>(out) = resolve_path(text_flag(entry, "path"), stage.wdir, context);
  if (is_dvc_file_name(out.path)) {
    throw Error(Errc::invalid_argument,
                fmt::format("DVC file '{}' cannot be an output.", out.def_path));
  }
  if (entry.find("metric") != nullptr) out.kind = OutKind::metric;
  if (entry.find("plot") != nullptr) out.kind = OutKind::plot;
  apply_flags(out, entry);
  stage.outs.push_back(std::move(out));
  stage.recorded->outs.push_back(recorded_item(entry));
}

}  // namespace

namespace {

/// "dvc.yaml:3:5" and the lines there.
std::string place_of(const Stage& stage, std::string_view text, const LoadContext& context) {
  const auto& at = stage.position;
  if (at.line == 0) return {};
  return fmt::format("{}:{}:{}\n{}", fs::relative(stage.file, context.directory), at.line,
                     at.column, yaml::code_frame(text, at));
}

}  // namespace

PipelineFile parse_pipeline(std::string_view text, const std::string& path,
                            const LoadContext& context) {
  const yaml::Value document =
      read_document(text, Schema::pipeline, shown_path(path, context.directory), context.revision);
  PipelineFile file;
  file.path = path;
  templating::Resolver resolver(document, template_source(text, path, context), context.templating);
  for (auto& resolved : resolver.stages()) {
    Stage stage;
    stage.name = std::move(resolved.name);
    stage.file = path;
    stage.wdir = fs::absolute(fs::parent(path), text_flag(resolved.definition, "wdir"));
    stage.position = resolved.position;
    stage.template_params = std::move(resolved.tracked);
    try {
      refuse_nul(stage.wdir, "path");
      StageBuilder(stage, context).build(resolved.definition);
    } catch (Error& error) {
      if (error.details().empty()) error.with_details(place_of(stage, text, context));
      throw;
    }
    file.stages.push_back(std::move(stage));
  }
  file.metrics = text_list(resolver.section("metrics"));
  file.params = text_list(resolver.section("params"));
  file.plots = resolver.section("plots");
  file.artifacts = resolver.section("artifacts");
  file.datasets = resolver.section("datasets");
  return file;
}

Stage parse_dvc_file(std::string_view text, const std::string& path, const LoadContext& context) {
  const yaml::Value document =
      read_document(text, Schema::dvc_file, shown_path(path, context.directory), context.revision);
  Stage stage;
  stage.file = path;
  stage.wdir = fs::absolute(fs::parent(path), text_flag(document, "wdir"));
  stage.frozen = flag(document, "frozen", false) || flag(document, "locked", false);
  stage.always_changed = flag(document, "always_changed", false);
  stage.desc = text_flag(document, "desc");
  if (const auto* meta = document.find("meta")) stage.meta = *meta;
  stage.recorded.emplace();
  if (const auto* deps = document.find("deps"); deps != nullptr && deps->is_list()) {
    for (const auto& dep : deps->list())
      add_dvc_file_dep(stage, dep, context);
  }
  if (const auto* outs = document.find("outs"); outs != nullptr && outs->is_list()) {
    for (const auto& out : outs->list())
      add_dvc_file_out(stage, out, context);
  }
  return stage;
}

}  // namespace expcore::pipeline
