#include "plots/collect.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/path.hpp"
#include "params/file.hpp"
#include "plots/csv.hpp"
#include "revision/names.hpp"

namespace expcore::plots {
namespace {

using revision::View;

constexpr const char* plot_props[] = {"template", "x",     "y",     "x_label",
                                      "y_label",  "title", "header"};

std::string extension_of(const std::string& path) {
  const std::string name = fs::filename(path);
  const auto dot = name.rfind('.');
  return dot == std::string::npos || name.find_first_not_of('.') > dot ? "" : name.substr(dot);
}

/// `base` with what `over` has on top.
yaml::Map merged(yaml::Map base, const yaml::Map& over) {
  for (const auto& [key, value] : over)
    base.set(key, value);
  return base;
}

/// DVC takes targets as regular expressions for the beginning of an id.
class Targets {
 public:
  explicit Targets(const std::vector<std::string>& targets) {
    for (const auto& target : targets) {
      try {
        patterns_.emplace_back(target);
      } catch (const std::regex_error&) {
        throw Error(Errc::invalid_argument,
                    fmt::format("'{}' is not a regular expression", target));
      }
    }
  }

  bool match(const std::string& config, const std::string& id) const {
    if (patterns_.empty()) return true;
    const std::string full = config.empty() ? id : config + "::" + id;
    return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::regex& pattern) {
      constexpr auto at_start = std::regex_constants::match_continuous;
      return std::regex_search(id, pattern, at_start) || std::regex_search(full, pattern, at_start);
    });
  }

 private:
  std::vector<std::regex> patterns_;
};

class DefinitionCollector {
 public:
  DefinitionCollector(const pipeline::Workspace& workspace, const View& view,
                      const CollectRequest& request)
      : workspace_(workspace), view_(view), request_(request), targets_(request.targets) {}

  std::vector<ConfigFile> collect() {
    for (const auto& file : view_.stages().files) {
      if (file.plots.is_list() && !file.plots.list().empty()) add_file(file);
    }
    for (const auto& loaded : view_.stages().stages) {
      for (const auto& out : loaded.stage.outs) {
        if (out.kind == pipeline::OutKind::plot) add_output(loaded.stage, out);
      }
    }
    for (const auto& target : request_.targets) {
      if (files_.empty() || view_.exists(absolute(target))) {
        for (const auto& path : unpack(fs::normalize(target)))
          put("", path, request_.props);
      }
    }
    return std::move(files_);
  }

 private:
  std::string absolute(const std::string& path) const {
    return fs::absolute(workspace_.directory, path);
  }
  std::string relative(const std::string& path) const {
    return fs::relative(path, workspace_.directory);
  }

  /// The files of a folder, or the path itself.
  std::vector<std::string> unpack(const std::string& path) const {
    if (!view_.is_directory(absolute(path))) return {path};
    std::vector<std::string> files;
    for (const auto& file : view_.find(absolute(path)))
      files.push_back(relative(file));
    return files;
  }

  ConfigFile& config(const std::string& name) {
    const auto found = std::find_if(files_.begin(), files_.end(),
                                    [&](const ConfigFile& file) { return file.name == name; });
    if (found != files_.end()) return *found;
    files_.push_back({name, {}});
    return files_.back();
  }

  void put(const std::string& config_name, const std::string& id, const yaml::Map& props) {
    auto& definitions = config(config_name).definitions;
    const auto found = std::find_if(definitions.begin(), definitions.end(),
                                    [&](const Definition& known) { return known.id == id; });
    if (found == definitions.end()) {
      definitions.push_back({id, props});
    } else {
      found->props = merged(std::move(found->props), props);
    }
  }

  static std::pair<std::string, yaml::Map> read_item(const yaml::Value& item) {
    if (!item.is_map()) return {python_str(item), {}};
    if (item.map().empty()) return {};
    const auto& member = *item.map().begin();
    return {python_str(member.key), member.value.is_map() ? member.value.map() : yaml::Map()};
  }

  /// x and y of other files, as paths from the working directory.
  static yaml::Map with_sources(const yaml::Map& props, const std::string& folder) {
    yaml::Map result = props;
    for (const char* axis : {"x", "y"}) {
      const auto* files = props.find(axis);
      if (files == nullptr || !files->is_map()) continue;
      yaml::Map placed;
      for (const auto& [path, fields] : files->map())
        placed.set(fs::normalize(fs::join(folder, python_str(path))), fields);
      result.erase(axis);
      result.set(axis, std::move(placed));
    }
    return result;
  }

  /// How much of `path` a folder or file shares, in characters, whole parts only.
  static std::string common_path(const std::string& a, const std::string& b) {
    const auto left = split(a, '/');
    const auto right = split(b, '/');
    std::string common;
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
      if (left[i] != right[i]) break;
      if (i > 0) common += '/';
      common += left[i];
    }
    return common;
  }

  static std::string closest(const std::string& path, const std::vector<std::string>& known) {
    std::string best;
    for (const auto& candidate : known) {
      std::string common = common_path(path, candidate);
      if (common.size() > best.size()) best = std::move(common);
    }
    return best;
  }

  void add_file(const pipeline::PipelineFile& file) {
    const std::string config_name = relative(file.path);
    const std::string folder = fs::parent(config_name);
    config(config_name);
    std::vector<std::pair<std::string, yaml::Map>> items;
    std::vector<std::string> paths;
    for (const auto& item : file.plots.list()) {
      auto read = read_item(item);
      const auto known = std::find_if(items.begin(), items.end(),
                                      [&](const auto& i) { return i.first == read.first; });
      if (known != items.end()) {
        known->second = std::move(read.second);
        continue;
      }
      paths.push_back(fs::normalize(fs::join(folder, read.first)));
      items.push_back(std::move(read));
    }
    for (const auto& [id, props] : items) {
      if (!targets_.match(config_name, id)) continue;
      const auto* y = props.find("y");
      if (y != nullptr && y->is_map()) {
        put(config_name, id, merged(with_sources(props, folder), request_.props));
        continue;
      }
      const std::string path = fs::normalize(fs::join(folder, id));
      for (const auto& member : unpack(path)) {
        if (closest(member, paths) == path) put(config_name, member, merged(props, request_.props));
      }
    }
  }

  void add_output(const pipeline::Stage& stage, const pipeline::Output& out) {
    if (out.plot.is_list()) {
      throw Error(Errc::invalid_argument, "Multiple plots per data file not supported.");
    }
    const std::string path = relative(out.path);
    if (!targets_.match(relative(stage.file), path)) return;
    yaml::Map props;
    for (const char* name : plot_props) {
      if (const auto* value = out.plot.find(name)) props.set(name, *value);
    }
    for (const auto& member : unpack(path))
      put("", member, merged(props, request_.props));
  }

  const pipeline::Workspace& workspace_;
  const View& view_;
  const CollectRequest& request_;
  Targets targets_;
  std::vector<ConfigFile> files_;
};

Problem corrupted(const Error& error, params::Format format) {
  switch (format) {
    case params::Format::json:
      return {error.what(), "JSONFileCorruptedError"};
    case params::Format::toml:
      return {error.what(), "TOMLFileCorruptedError"};
    case params::Format::python:
      return {error.what(), "PythonFileCorruptedError"};
    case params::Format::yaml:
      break;
  }
  return {error.what(), "YAMLFileCorruptedError"};
}

/// Fills `source` from the text of a data file.
void parse(const std::string& path, const std::string& extension, std::string text, bool header,
           Source& source) {
  if (!is_utf8(text)) {
    source.error = {fmt::format("unable to read: '{}', is not valid utf8", path), "EncodingError"};
    return;
  }
  if (extension == ".csv" || extension == ".tsv") {
    try {
      yaml::List rows;
      auto parsed = parse_csv(text, extension == ".tsv" ? '\t' : ',', header);
      rows.reserve(parsed.size());
      for (auto& row : parsed)
        rows.emplace_back(std::move(row));
      source.is_empty = rows.empty();
      source.data = yaml::Value(std::move(rows));
    } catch (const Error& error) {
      source.error = {error.what(), "Error"};
    }
    return;
  }
  const auto format = params::format_of(path);
  try {
    yaml::Value value = params::parse(text, format, path);
    source.is_empty =
        value.is_null() || (value.is_map() && value.map().empty()) ||
        (value.is_list() && value.list().empty()) ||
        (value.is_string() && value.string().empty()) || (value.is_boolean() && !value.boolean()) ||
        (value.is_integer() && value.integer() == 0) || (value.is_real() && value.real() == 0);
    source.data = std::move(value);
  } catch (const Error& error) {
    source.error = corrupted(error, format);
  }
}

Source read_source(const View& view, const std::string& path, const std::string& absolute,
                   bool header) {
  Source source;
  const std::string extension = extension_of(path);
  constexpr std::string_view formats[] = {".toml", ".json", ".py", ".yml", ".yaml", ".csv", ".tsv"};
  const bool is_text =
      std::find(std::begin(formats), std::end(formats), extension) != std::end(formats);
  if (!is_text && !is_image(path)) {
    source.error = {fmt::format("'{}' - file type error\nOnly JSON, YAML, CSV and TSV formats are "
                                "supported.",
                                path),
                    "PlotMetricTypeError"};
    return source;
  }
  auto bytes = view.read(absolute);
  if (auto* problem = std::get_if<Problem>(&bytes)) {
    source.error = std::move(*problem);
  } else if (is_text) {
    parse(path, extension, std::move(std::get<std::string>(bytes)), header, source);
  } else {
    source.data = std::move(std::get<std::string>(bytes));
    source.is_empty = std::get<std::string>(source.data).empty();
  }
  return source;
}

/// Whether the first row of a file holds names: what its stage or the command line says.
bool has_header(const View& view, const std::string& absolute, const CollectRequest& request) {
  if (const auto* header = request.props.find("header")) {
    return !header->is_boolean() || header->boolean();
  }
  for (const auto& loaded : view.stages().stages) {
    for (const auto& out : loaded.stage.outs) {
      if (out.kind != pipeline::OutKind::plot || !fs::is_within(absolute, out.path)) continue;
      const auto* header = out.plot.find("header");
      return header == nullptr || !header->is_boolean() || header->boolean();
    }
  }
  return true;
}

std::vector<std::string> plot_outputs(const pipeline::Workspace& workspace, const View& view) {
  std::vector<std::string> paths;
  for (const auto& loaded : view.stages().stages) {
    for (const auto& out : loaded.stage.outs) {
      if (out.kind != pipeline::OutKind::plot || view.is_directory(out.path)) continue;
      paths.push_back(fs::relative(out.path, workspace.directory));
    }
  }
  return paths;
}

std::optional<RevisionPlots> collect_revision(const pipeline::Workspace& workspace,
                                              const View& view, const std::string& rev,
                                              const CollectRequest& request) {
  RevisionPlots plots;
  plots.rev = rev;
  try {
    plots.files = DefinitionCollector(workspace, view, request).collect();
  } catch (const Error& error) {
    plots.error = revision::problem_of(error);
    return plots;
  }
  if (plots.files.empty()) return std::nullopt;
  const auto add = [&](const std::string& path) {
    if (plots.sources.contains(path)) return;
    const std::string absolute = fs::absolute(workspace.directory, path);
    plots.sources.emplace(path,
                          read_source(view, path, absolute, has_header(view, absolute, request)));
  };
  for (const auto& file : plots.files) {
    for (const auto& definition : file.definitions) {
      for (const auto& path : sources_of(definition))
        add(path);
    }
  }
  // Without any definition DVC reads the plots of all stages, if only to say which are missing.
  if (plots.sources.empty()) {
    for (const auto& path : plot_outputs(workspace, view))
      add(path);
  }
  return plots;
}

/// DVC looks for the key "error" in everything it has collected, data of files included.
bool mentions_error(const yaml::Value& value) {
  if (!value.is_map()) return false;
  return std::any_of(value.map().begin(), value.map().end(), [](const yaml::Member& member) {
    const auto& v = member.value;
    const bool is_false = v.is_null() || (v.is_boolean() && !v.boolean()) ||
                          (v.is_integer() && v.integer() == 0) || (v.is_real() && v.real() == 0) ||
                          (v.is_string() && v.string().empty()) ||
                          (v.is_list() && v.list().empty()) || (v.is_map() && v.map().empty());
    if (member.key.is_string() && member.key.string() == "error" && !is_false) return true;
    return mentions_error(v);
  });
}

}  // namespace

bool RevisionPlots::has_error() const {
  return error.has_value() || std::any_of(sources.begin(), sources.end(), [](const auto& entry) {
           const Source& source = entry.second;
           const auto* data = std::get_if<yaml::Value>(&source.data);
           return source.error.has_value() || (data != nullptr && mentions_error(*data));
         });
}

bool is_image(const std::string& path) {
  constexpr std::string_view images[] = {".jpg", ".jpeg", ".gif", ".png", ".svg"};
  return std::find(std::begin(images), std::end(images), extension_of(path)) != std::end(images);
}

std::vector<std::string> sources_of(const Definition& definition) {
  std::vector<std::string> sources;
  const auto add = [&](std::string path) {
    if (std::find(sources.begin(), sources.end(), path) == sources.end()) {
      sources.push_back(std::move(path));
    }
  };
  const auto* y = definition.props.find("y");
  if (y != nullptr && y->is_map()) {
    for (const auto& member : y->map())
      add(python_str(member.key));
  } else {
    add(definition.id);
  }
  const auto* x = definition.props.find("x");
  if (x != nullptr && x->is_map() && !x->map().empty()) add(python_str(x->map().begin()->key));
  return sources;
}

std::vector<RevisionPlots> collect(pipeline::Workspace& workspace, const CollectRequest& request) {
  std::vector<std::string> revs = request.revs;
  if (std::erase(revs, revision::workspace_name) > 0) {
    revs.insert(revs.begin(), revision::workspace_name);
  }
  std::vector<RevisionPlots> result;
  const auto add = [&](const View& view, const std::string& rev) {
    auto plots = collect_revision(workspace, view, rev, request);
    if (!plots) return;
    const auto known = std::find_if(result.begin(), result.end(),
                                    [&](const RevisionPlots& r) { return r.rev == rev; });
    if (known != result.end()) {
      *known = std::move(*plots);
    } else {
      result.push_back(std::move(*plots));
    }
  };
  for (const auto& rev : revs) {
    if (rev == revision::workspace_name) {
      add(View::workspace(workspace), rev);
      continue;
    }
    const git::Id commit = revision::resolve(*workspace.repo, rev);
    const auto view = View::commit(workspace, commit);
    if (!view) {
      throw Error(Errc::not_a_project,
                  fmt::format("Commit '{}' does not contain a DVC repo", commit.substr(0, 7)));
    }
    add(*view, rev);
  }
  return result;
}

}  // namespace expcore::plots
