#include <algorithm>
#include <set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "plots/render.hpp"
#include "plots/template.hpp"
#include "yaml/reader.hpp"

namespace expcore::plots {
namespace {

constexpr const char* separator = "::";
constexpr const char* concatenated = "filename::field";

/// Places that a template need not have.
constexpr std::string_view optional_anchors[] = {
    "color",      "column", "group_by_x", "group_by_y",  "group_by", "pivot_field", "plot_height",
    "plot_width", "row",    "shape",      "stroke_dash", "tooltip",  "zoom_and_pan"};

/// Places whose values `--split` gives apart from the template.
constexpr std::string_view split_anchors[] = {"color",   "data",        "plot_height", "plot_width",
                                              "shape",   "stroke_dash", "title",       "tooltip",
                                              "x_label", "y_label",     "zoom_and_pan"};

template <std::size_t N>
bool is_one_of(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// What a channel's values are drawn with, repeated when there are more.
yaml::List range_of(std::string_view channel, std::size_t count) {
  static const yaml::Value colors = yaml::parse_json(
      R"(["#945dd6", "#13adc7", "#f46837", "#48bb78", "#4299e1", "#ed8936", "#f56565"])");
  static const yaml::Value dashes =
      yaml::parse_json("[[1, 0], [8, 8], [8, 4], [4, 4], [4, 2], [2, 1], [1, 1]]");
  static const yaml::Value shapes =
      yaml::parse_json(R"(["circle", "square", "triangle", "diamond"])");
  const auto& all = (channel == "color" ? colors : channel == "shape" ? shapes : dashes).list();
  yaml::List range;
  for (std::size_t i = 0; i < count; ++i)
    range.push_back(all[i % all.size()]);
  return range;
}

yaml::Value list_of(const std::vector<std::string>& texts) {
  yaml::List list;
  for (const auto& text : texts)
    list.emplace_back(text);
  return list;
}

yaml::Map map_of(std::initializer_list<std::pair<const char*, yaml::Value>> members) {
  yaml::Map map;
  for (const auto& [key, value] : members)
    map.append(key, value);
  return map;
}

std::string escaped_field(const std::string& field) {
  std::string result;
  for (const char c : field) {
    if (c == '.' || c == '[' || c == ']') result += '\\';
    result += c;
  }
  return result;
}

class Filler {
 public:
  Filler(Plot& plot, Template chosen, bool split)
      : plot_(plot), template_(std::move(chosen)), split_(split) {
    for (const auto name : optional_anchors) {
      if (template_.has_anchor(name)) open_.insert(name);
    }
  }

  Filled run() {
    check_column(plot_.axes.x);
    if (plot_.axes.y) check_column(*plot_.axes.y);
    if (!open_.empty()) fill_optional();
    put("title", plot_.title);
    template_.fill("x", escaped_field(plot_.axes.x));
    if (plot_.axes.y) template_.fill("y", escaped_field(*plot_.axes.y));
    if (plot_.axes.x_label) put("x_label", *plot_.axes.x_label);
    if (plot_.axes.y_label) put("y_label", *plot_.axes.y_label);
    fill_data();
    return {template_.take(), std::move(anchors_)};
  }

 private:
  void check_column(const std::string& name) const {
    const bool found = std::any_of(plot_.rows.begin(), plot_.rows.end(),
                                   [&](const yaml::Map& row) { return row.contains(name); });
    if (found) return;
    throw Error(Errc::invalid_argument,
                fmt::format("Field '{}' does not exist in provided data.", name));
  }

  void put(std::string_view name, const yaml::Value& value) {
    if (split_ && is_one_of(split_anchors, name)) {
      anchors_.set(Template::anchor(name), value);
    } else {
      template_.fill(name, value);
    }
  }

  void put_optional(std::string_view name, const yaml::Value& value) {
    if (open_.erase(name) > 0) put(name, value);
  }

  void put_channel(std::string_view name, const std::string& field,
                   const std::vector<std::string>& domain) {
    yaml::Map channel;
    channel.append("field", field);
    channel.append("scale",
                   map_of({{"domain", list_of(domain)}, {"range", range_of(name, domain.size())}}));
    if (name != "color") {
      channel.append("legend",
                     map_of({{"symbolFillColor", "transparent"}, {"symbolStrokeColor", "grey"}}));
    }
    put_optional(name, std::move(channel));
  }

  void put_groups(const std::vector<std::string>& fields) {
    put_optional("group_by", list_of(fields));
    yaml::Value with_x = list_of(fields);
    with_x.list().emplace_back(plot_.axes.x);
    put_optional("group_by_x", with_x);
    yaml::Value with_y = list_of(fields);
    with_y.list().push_back(plot_.axes.y ? yaml::Value(*plot_.axes.y) : yaml::Value());
    put_optional("group_by_y", with_y);
  }

  void put_tooltip(const std::vector<std::string>& more) {
    yaml::List fields;
    const auto add = [&](const yaml::Value& name) {
      fields.emplace_back(map_of({{"field", name}}));
    };
    add("rev");
    add(plot_.axes.x);
    add(plot_.axes.y ? yaml::Value(*plot_.axes.y) : yaml::Value());
    for (const auto& name : more)
      add(name);
    put_optional("tooltip", std::move(fields));
  }

  void fill_optional() {
    put_channel("color", "rev", plot_.revisions);
    put_optional("zoom_and_pan",
                 map_of({{"name", "grid"}, {"select", "interval"}, {"bind", "scales"}}));
    put_optional("plot_height", 300);
    put_optional("plot_width", 300);
    const auto varied = varied_columns();
    if (varied.empty()) {
      put_groups({"rev"});
      put_optional("pivot_field", "datum.rev");
      put_tooltip({});
      for (const auto name : open_)
        template_.fill(name, yaml::Map());
      drop_columns({"filename", "field"});
      return;
    }
    fill_several(varied);
  }

  /// Which of filename and field tell the sources of y apart.
  std::vector<std::string> varied_columns() const {
    std::set<std::string> files;
    std::set<std::string> fields;
    for (const auto& source : plot_.axes.y_sources) {
      files.insert(source.file);
      fields.insert(source.field);
    }
    std::vector<std::string> varied;
    if (files.size() > 1) varied.emplace_back("filename");
    if (fields.size() > 1) varied.emplace_back("field");
    return varied;
  }

  void fill_several(const std::vector<std::string>& varied) {
    const std::string column = join(varied, separator);
    put_groups({"rev", column});
    std::string pivot = "datum.rev";
    for (const auto& name : varied)
      pivot += fmt::format(" + '{}' + datum.{}", separator, name);
    put_optional("pivot_field", pivot);
    put_optional("row", map_of({{"field", column}, {"sort", yaml::List()}}));
    put_optional("column", map_of({{"field", column}, {"sort", yaml::List()}}));
    put_tooltip({column});
    std::set<std::string> domain;
    for (const auto& [file, field] : plot_.axes.y_sources) {
      domain.insert(varied.size() == 2             ? file + separator + field
                    : varied.front() == "filename" ? file
                                                   : field);
    }
    for (const auto* channel : {"stroke_dash", "shape"})
      put_channel(channel, column, {domain.begin(), domain.end()});
    if (varied.size() == 2) {
      for (auto& row : plot_.rows) {
        const auto text = [&](const char* name) {
          const auto* value = row.find(name);
          return value == nullptr ? std::string() : python_str(*value);
        };
        row.set(concatenated, text("filename") + separator + text("field"));
      }
      drop_columns({"filename", "field"});
    } else {
      drop_columns({varied.front() == "filename" ? "field" : "filename"});
    }
  }

  void drop_columns(const std::vector<std::string>& names) {
    for (auto& row : plot_.rows) {
      for (const auto& name : names)
        row.erase(name);
    }
  }

  void fill_data() {
    if (!split_ && !template_.has_anchor("data")) {
      throw Error(Errc::invalid_argument, fmt::format("Template '{}' is not using '{}' anchor",
                                                      template_.name(), Template::anchor("data")));
    }
    yaml::List rows;
    rows.reserve(plot_.rows.size());
    for (auto& row : plot_.rows)
      rows.emplace_back(std::move(row));
    plot_.rows = {};
    if (split_) {
      anchors_.set(Template::anchor("data"), std::move(rows));
    } else {
      template_.fill_large("data", std::move(rows));
    }
  }

  Plot& plot_;
  Template template_;
  bool split_;
  std::set<std::string_view> open_;  ///< Optional places that are not filled yet.
  yaml::Map anchors_;
};

}  // namespace

Filled fill_template(Plot& plot, const RenderOptions& options, bool split) {
  Template chosen = Template::find(plot.template_name.value_or("linear"), options.template_dir,
                                   options.directory);
  if (plot.rows.empty()) return {yaml::Map(), {}};
  return Filler(plot, std::move(chosen), split).run();
}

}  // namespace expcore::plots
