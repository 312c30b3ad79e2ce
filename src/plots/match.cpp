#include <algorithm>
#include <map>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "plots/render.hpp"

namespace expcore::plots {
namespace {

/// What one revision has of a plot.
struct Part {
  RevisionPlots* revision = nullptr;
  Definition definition;  ///< With the id of the dvc.yaml.
};

struct Group {
  std::string id;  ///< With the dvc.yaml in front where several define it.
  std::vector<Part> parts;
};

/// The definitions of a revision by the id under which they are shown.
std::vector<std::pair<std::string, Definition>> by_id(const RevisionPlots& revision) {
  struct Place {
    const ConfigFile* file;
    const Definition* definition;
  };
  std::vector<std::pair<std::string, std::vector<Place>>> ids;
  std::map<std::string, std::size_t> known;
  for (const auto& file : revision.files) {
    for (const auto& definition : file.definitions) {
      const auto [at, is_new] = known.emplace(definition.id, ids.size());
      if (is_new) ids.push_back({definition.id, {}});
      ids[at->second].second.push_back({&file, &definition});
    }
  }
  std::vector<std::pair<std::string, Definition>> result;
  for (const auto& [id, places] : ids) {
    for (const auto& [file, definition] : places) {
      const bool is_plain = places.size() == 1 || file->name.empty();
      result.emplace_back(is_plain ? id : file->name + "::" + id, *definition);
    }
  }
  return result;
}

std::vector<Group> group(std::vector<RevisionPlots>& revisions) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> known;
  for (auto& revision : revisions) {
    for (auto& [id, definition] : by_id(revision)) {
      const auto [at, is_new] = known.emplace(id, groups.size());
      if (is_new) groups.push_back({id, {}});
      groups[at->second].parts.push_back({&revision, std::move(definition)});
    }
  }
  return groups;
}

/// Of revisions with different properties the first one wins, key by key.
yaml::Map squashed(const Group& group) {
  yaml::Map props;
  for (auto part = group.parts.rbegin(); part != group.parts.rend(); ++part) {
    for (const auto& [key, value] : part->definition.props)
      props.set(key, value);
  }
  return props;
}

std::optional<std::string> text(const yaml::Map& props, const char* name) {
  const auto* value = props.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return python_str(*value);
}

class Matcher {
 public:
  Matcher(const RenderOptions& options, const std::function<void(const std::string&)>& on_warning,
          const std::vector<Group>& groups)
      : options_(options), on_warning_(on_warning) {
    for (const auto& group : groups) {
      for (const auto& part : group.parts) {
        for (const auto& path : sources_of(part.definition)) {
          if (const auto* source = find_source(part, path)) ++uses_[source];
        }
      }
    }
  }

  Plot match(const Group& group) {
    Plot plot;
    plot.is_image = is_image(group.parts.front().definition.id);
    plot.id = plot.is_image ? group.parts.back().definition.id : group.id;
    plot.title = plot.id;
    const yaml::Map props = squashed(group);
    for (const auto& part : group.parts) {
      add_source_problems(part, plot);
      if (plot.is_image) {
        add_images(part, plot);
      } else {
        add_rows(part, props, plot);
      }
    }
    return plot;
  }

 private:
  static Source* find_source(const Part& part, const std::string& path) {
    const auto found = part.revision->sources.find(path);
    return found == part.revision->sources.end() ? nullptr : &found->second;
  }

  static void add_source_problems(const Part& part, Plot& plot) {
    for (const auto& path : sources_of(part.definition)) {
      const auto found = part.revision->sources.find(path);
      if (found == part.revision->sources.end() || !found->second.error) continue;
      plot.problems.push_back({part.revision->rev, path, *found->second.error});
    }
  }

  void add_images(const Part& part, Plot& plot) const {
    const std::string& rev = part.revision->rev;
    for (const auto& path : sources_of(part.definition)) {
      const auto found = part.revision->sources.find(path);
      if (found == part.revision->sources.end() || found->second.is_empty) continue;
      const auto* bytes = std::get_if<std::string>(&found->second.data);
      if (bytes == nullptr) continue;
      fs::make_directories(options_.image_dir);
      const std::string copy =
          fs::join(options_.image_dir, replace_all(rev + "_" + path, "/", "_"));
      fs::write_atomic(copy, *bytes);
      plot.images.push_back({rev, path, copy});
      if (std::find(plot.revisions.begin(), plot.revisions.end(), rev) == plot.revisions.end()) {
        plot.revisions.push_back(rev);
      }
    }
  }

  void add_rows(const Part& part, const yaml::Map& props, Plot& plot) {
    const std::string& rev = part.revision->rev;
    SourceData data;
    for (const auto& path : sources_of(part.definition)) {
      Source* source = find_source(part, path);
      if (source == nullptr) continue;
      const bool is_last_use = --uses_[source] == 0;
      if (source->is_empty) continue;
      if (auto* value = std::get_if<yaml::Value>(&source->data)) data[path] = {value, is_last_use};
    }
    try {
      Datapoints points = make_datapoints(part.definition.id, props, data, rev);
      if (points.rows.empty()) return;
      if (plot.revisions.empty()) use_axes(points, props, plot);
      if (std::find(plot.revisions.begin(), plot.revisions.end(), rev) == plot.revisions.end()) {
        plot.revisions.push_back(rev);
      }
      plot.rows.insert(plot.rows.end(), std::make_move_iterator(points.rows.begin()),
                       std::make_move_iterator(points.rows.end()));
    } catch (const Error& error) {
      if (on_warning_) {
        on_warning_(fmt::format("In {}, {}", python_repr(rev), to_lower_ascii(error.what())));
      }
      plot.problems.push_back({rev, std::nullopt, {error.what(), error.details()}});
    }
  }

  static void use_axes(const Datapoints& points, const yaml::Map& props, Plot& plot) {
    plot.axes = {{}, points.x, points.y, points.x_label, points.y_label, points.y_sources};
    plot.template_name = text(props, "template");
    if (const auto title = text(props, "title")) plot.title = *title;
  }

  const RenderOptions& options_;
  const std::function<void(const std::string&)>& on_warning_;
  std::map<const Source*, std::size_t> uses_;  ///< How many plots are still to use it.
};

}  // namespace

std::vector<Plot> match_plots(std::vector<RevisionPlots> revisions, const RenderOptions& options,
                              const std::function<void(const std::string&)>& on_warning) {
  std::vector<Plot> plots;
  const auto groups = group(revisions);
  Matcher matcher(options, on_warning, groups);
  for (const auto& found : groups)
    plots.push_back(matcher.match(found));
  return plots;
}

}  // namespace expcore::plots
