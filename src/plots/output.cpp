#include <algorithm>
#include <tuple>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/path.hpp"
#include "plots/render.hpp"
#include "yaml/writer.hpp"

namespace expcore::plots {
namespace {

yaml::Value vega_value(Plot& plot, const RenderOptions& options, bool split) {
  yaml::List list;
  if (plot.rows.empty()) return list;
  yaml::List revisions;
  for (const auto& rev : plot.revisions)
    revisions.emplace_back(rev);
  Filled filled = fill_template(plot, options, split);
  yaml::Map item;
  item.append("type", "vega");
  item.append("revisions", std::move(revisions));
  item.append("content", std::move(filled.content));
  if (split) item.append("anchor_definitions", std::move(filled.anchors));
  list.emplace_back(std::move(item));
  return list;
}

yaml::Value images_value(const Plot& plot) {
  yaml::List list;
  for (const auto& image : plot.images) {
    yaml::Map item;
    item.append("type", "image");
    item.append("revisions", yaml::List{image.rev});
    item.append("url", image.path);
    list.emplace_back(std::move(item));
  }
  return list;
}

yaml::Map error_value(const Problem& problem, const std::string& rev) {
  yaml::Map map;
  map.append("rev", rev);
  map.append("type", problem.type);
  map.append("msg", problem.message);
  return map;
}

void add_problems(const Plot& plot, yaml::List& errors) {
  // Those of files come first.
  for (const bool of_files : {true, false}) {
    for (const auto& found : plot.problems) {
      if (found.source.has_value() != of_files) continue;
      yaml::Map map;
      map.append("name", plot.id);
      map.append("rev", found.rev);
      if (found.source) map.append("source", *found.source);
      map.append("type", found.problem.type);
      map.append("msg", found.problem.message);
      errors.emplace_back(std::move(map));
    }
  }
}

constexpr const char* scripts =
    R"(<script src="https://cdn.jsdelivr.net/npm/vega@5.20.2"></script>
    <script src="https://cdn.jsdelivr.net/npm/vega-lite@5.2.0"></script>
    <script src="https://cdn.jsdelivr.net/npm/vega-embed@6.18.2"></script>)";

constexpr const char* builtin_page = R"(<!DOCTYPE html>
<html>
<head>
    <meta charset="utf-8">
    {refresh_tag}
    <title>Plots</title>
    {scripts}
    <style>
        body { font-family: sans-serif; }
        .images { border: 1px solid gray; text-align: center; overflow-x: auto; white-space: nowrap; }
        .images figure { display: inline-block; margin: 8px; }
    </style>
</head>
<body>
{plot_divs}
</body>
</html>
)";

std::string html_escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string element_id(std::string id) {
  for (char& c : id) {
    if (std::string_view(R"(!@#$%^&*()[]{};,<>?\/:.|`~=_+ "')").find(c) != std::string_view::npos) {
      c = '_';
    }
  }
  return id;
}

std::string vega_div(Plot& plot, const RenderOptions& options) {
  const std::string id = element_id(plot.id);
  Filled filled = fill_template(plot, options, false);
  // "</script>" in a text would end the script.
  const std::string spec = replace_all(yaml::dump_json(filled.content), "</", "<\\/");
  return fmt::format(
      "<div id=\"{0}\"></div>\n<script>vegaEmbed(document.getElementById(\"{0}\"), "
      "{1});</script>\n",
      id, spec);
}

std::string image_div(const Plot& plot, const std::string& page_dir) {
  if (plot.images.empty()) return "";
  std::string figures;
  for (const auto& image : plot.images) {
    figures +=
        fmt::format("  <figure><figcaption>{}</figcaption><img src=\"{}\"></figure>\n",
                    html_escaped(image.rev), html_escaped(fs::relative(image.path, page_dir)));
  }
  return fmt::format("<div id=\"{}\" class=\"images\">\n  <p>{}</p>\n{}</div>\n",
                     element_id(plot.id), html_escaped(plot.id), figures);
}

/// Images of a series ("dir/0.png", "dir/1.png", …) in the order of their numbers.
struct ImageOrder {
  std::string folder;
  bool is_numbered = false;
  std::size_t digits = 0;
  std::string name;

  explicit ImageOrder(const std::string& id) : folder(fs::parent(id)), name(fs::filename(id)) {
    const std::string stem = name.substr(0, name.rfind('.'));
    is_numbered = !stem.empty() && stem.find_first_not_of("0123456789") == std::string::npos;
    const auto first = stem.find_first_not_of('0');
    digits = first == std::string::npos ? 0 : stem.size() - first;
    if (is_numbered) name = first == std::string::npos ? "" : stem.substr(first);
  }
  auto key() const { return std::tuple(folder, is_numbered, digits, name); }
};

}  // namespace

yaml::Value json_value(std::vector<Plot>& plots,
                       const std::vector<std::pair<std::string, Problem>>& revision_errors,
                       const RenderOptions& options, bool split) {
  yaml::List errors;
  yaml::Map data;
  for (auto& plot : plots) {
    add_problems(plot, errors);
    data.set(plot.id, plot.is_image ? images_value(plot) : vega_value(plot, options, split));
  }
  for (const auto& [rev, problem] : revision_errors)
    errors.emplace_back(error_value(problem, rev));
  yaml::Map result;
  if (!errors.empty()) result.append("errors", std::move(errors));
  if (!data.empty()) result.append("data", std::move(data));
  return result;
}

std::string html_page(std::vector<Plot>& plots, const RenderOptions& options,
                      const std::string& page, const std::string& page_dir) {
  std::string text = page.empty() ? builtin_page : page;
  constexpr const char* place = "{plot_divs}";
  if (text.find(place) == std::string::npos) {
    throw Error(Errc::invalid_argument, fmt::format("HTML template has to contain '{}'.", place));
  }
  std::string divs;
  std::vector<const Plot*> images;
  for (auto& plot : plots) {
    if (plot.is_image) {
      images.push_back(&plot);
    } else if (!plot.rows.empty()) {
      divs += vega_div(plot, options);
    }
  }
  std::stable_sort(images.begin(), images.end(), [](const Plot* a, const Plot* b) {
    return ImageOrder(a->id).key() < ImageOrder(b->id).key();
  });
  for (const auto* plot : images)
    divs += image_div(*plot, page_dir);
  text =
      replace_all(text, "{scripts}", divs.find("vegaEmbed(") == std::string::npos ? "" : scripts);
  text = replace_all(text, "{refresh_tag}", "");
  return replace_all(text, place, divs);
}

}  // namespace expcore::plots
