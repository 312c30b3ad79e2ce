#include <array>
#include <utility>

#include "plots/template.hpp"
#include "yaml/reader.hpp"

// The specifications are our own; names, anchors and what is drawn are those of DVC's templates.
namespace expcore::plots {
namespace {

/// A curve per revision and source; pan and zoom.
constexpr const char* simple = R"vega({
  "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
  "title": {"text": "<DVC_METRIC_TITLE>", "anchor": "middle"},
  "data": {"values": "<DVC_METRIC_DATA>"},
  "width": "<DVC_METRIC_PLOT_WIDTH>",
  "height": "<DVC_METRIC_PLOT_HEIGHT>",
  "params": ["<DVC_METRIC_ZOOM_AND_PAN>"],
  "mark": {"type": "line", "clip": true, "tooltip": {"content": "data"}},
  "encoding": {
    "x": {"field": "<DVC_METRIC_X>", "type": "quantitative", "title": "<DVC_METRIC_X_LABEL>"},
    "y": {"field": "<DVC_METRIC_Y>", "type": "quantitative", "title": "<DVC_METRIC_Y_LABEL>",
          "scale": {"zero": false}},
    "color": "<DVC_METRIC_COLOR>",
    "strokeDash": "<DVC_METRIC_STROKE_DASH>",
    "tooltip": "<DVC_METRIC_TOOLTIP>"
  }
})vega";

/// The raw curve faintly, a LOESS curve whose bandwidth a slider sets, the last point of each, and
/// a vertical rule at the pointer with the values of all curves.
constexpr const char* linear = R"vega({
  "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
  "title": {"text": "<DVC_METRIC_TITLE>", "anchor": "middle"},
  "data": {"values": "<DVC_METRIC_DATA>"},
  "width": "<DVC_METRIC_PLOT_WIDTH>",
  "height": "<DVC_METRIC_PLOT_HEIGHT>",
  "params": [
    {"name": "smooth", "value": 0.001,
     "bind": {"name": "smoothing ", "input": "range", "min": 0.001, "max": 1, "step": 0.001}}
  ],
  "encoding": {
    "x": {"field": "<DVC_METRIC_X>", "type": "quantitative", "title": "<DVC_METRIC_X_LABEL>"},
    "color": "<DVC_METRIC_COLOR>",
    "strokeDash": "<DVC_METRIC_STROKE_DASH>"
  },
  "layer": [
    {
      "mark": {"type": "line", "opacity": 0.25},
      "encoding": {
        "y": {"field": "<DVC_METRIC_Y>", "type": "quantitative", "title": "<DVC_METRIC_Y_LABEL>",
              "scale": {"zero": false}}
      }
    },
    {
      "transform": [
        {"loess": "<DVC_METRIC_Y>", "on": "<DVC_METRIC_X>", "groupby": "<DVC_METRIC_GROUP_BY>",
         "bandwidth": {"signal": "smooth"}}
      ],
      "encoding": {
        "y": {"field": "<DVC_METRIC_Y>", "type": "quantitative", "title": "<DVC_METRIC_Y_LABEL>",
              "scale": {"zero": false}}
      },
      "layer": [
        {"mark": {"type": "line", "clip": true}, "params": ["<DVC_METRIC_ZOOM_AND_PAN>"]},
        {"mark": {"type": "point", "filled": true},
         "transform": [{"filter": {"param": "hover", "empty": false}}]}
      ]
    },
    {
      "mark": {"type": "point", "filled": true, "size": 12},
      "encoding": {
        "x": {"aggregate": "max", "field": "<DVC_METRIC_X>", "type": "quantitative",
              "title": "<DVC_METRIC_X_LABEL>"},
        "y": {"aggregate": {"argmax": "<DVC_METRIC_X>"}, "field": "<DVC_METRIC_Y>",
              "type": "quantitative", "title": "<DVC_METRIC_Y_LABEL>", "scale": {"zero": false}}
      }
    },
    {
      "transform": [
        {"calculate": "<DVC_METRIC_PIVOT_FIELD>", "as": "curve"},
        {"pivot": "curve", "value": "<DVC_METRIC_Y>", "op": "mean", "groupby": ["<DVC_METRIC_X>"]}
      ],
      "params": [
        {"name": "hover",
         "select": {"type": "point", "nearest": true, "fields": ["<DVC_METRIC_X>"],
                    "on": "pointermove", "clear": "pointerout"}}
      ],
      "mark": {"type": "rule", "color": "gray", "tooltip": {"content": "data"}},
      "encoding": {
        "opacity": {"value": 0, "condition": {"param": "hover", "empty": false, "value": 0.4}}
      }
    }
  ]
})vega";

/// How often each pair of an actual and a predicted class occurs, a panel per revision.
constexpr const char* confusion = R"vega({
  "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
  "title": {"text": "<DVC_METRIC_TITLE>", "anchor": "middle"},
  "data": {"values": "<DVC_METRIC_DATA>"},
  "params": [
    {"name": "show_counts", "value": false, "bind": {"name": "show counts ", "input": "checkbox"}}
  ],
  "facet": {"column": {"field": "rev", "sort": []}, "row": "<DVC_METRIC_ROW>"},
  "spec": {
    "transform": [
      {"aggregate": [{"op": "count", "as": "occurrences"}],
       "groupby": ["<DVC_METRIC_Y>", "<DVC_METRIC_X>"]},
      {"impute": "occurrences", "key": "<DVC_METRIC_X>", "groupby": "<DVC_METRIC_GROUP_BY_Y>",
       "value": 0},
      {"impute": "occurrences", "key": "<DVC_METRIC_Y>", "groupby": "<DVC_METRIC_GROUP_BY_X>",
       "value": 0},
      {"joinaggregate": [{"op": "max", "field": "occurrences", "as": "most"}]},
      {"calculate": "datum.most > 0 ? datum.occurrences / datum.most : 0", "as": "darkness"}
    ],
    "encoding": {
      "x": {"field": "<DVC_METRIC_X>", "type": "nominal", "sort": "ascending",
            "title": "<DVC_METRIC_X_LABEL>"},
      "y": {"field": "<DVC_METRIC_Y>", "type": "nominal", "sort": "ascending",
            "title": "<DVC_METRIC_Y_LABEL>"}
    },
    "layer": [
      {
        "width": "<DVC_METRIC_PLOT_WIDTH>",
        "height": "<DVC_METRIC_PLOT_HEIGHT>",
        "params": [
          {"name": "cell",
           "select": {"type": "point", "encodings": ["x", "y"], "on": "pointerover",
                      "clear": "pointerout"}}
        ],
        "mark": {"type": "rect", "stroke": "lightpink"},
        "encoding": {
          "color": {"field": "occurrences", "type": "quantitative", "title": "",
                    "scale": {"domainMin": 0, "nice": true}},
          "strokeWidth": {"value": 0, "condition": {"param": "cell", "empty": false, "value": 3}},
          "tooltip": [
            {"field": "<DVC_METRIC_X>", "type": "nominal"},
            {"field": "<DVC_METRIC_Y>", "type": "nominal"},
            {"field": "occurrences", "type": "quantitative"}
          ]
        }
      },
      {
        "transform": [{"filter": "show_counts"}],
        "mark": "text",
        "encoding": {
          "text": {"field": "occurrences", "type": "quantitative"},
          "color": {"value": "black", "condition": {"test": "datum.darkness > 0.5", "value": "white"}}
        }
      }
    ]
  }
})vega";

/// The same as shares of each actual class.
constexpr const char* confusion_normalized = R"vega({
  "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
  "title": {"text": "<DVC_METRIC_TITLE>", "anchor": "middle"},
  "data": {"values": "<DVC_METRIC_DATA>"},
  "facet": {"column": {"field": "rev", "sort": []}, "row": "<DVC_METRIC_ROW>"},
  "spec": {
    "transform": [
      {"aggregate": [{"op": "count", "as": "occurrences"}],
       "groupby": ["<DVC_METRIC_Y>", "<DVC_METRIC_X>"]},
      {"impute": "occurrences", "key": "<DVC_METRIC_X>", "groupby": ["rev", "<DVC_METRIC_Y>"],
       "value": 0},
      {"impute": "occurrences", "key": "<DVC_METRIC_Y>", "groupby": "<DVC_METRIC_GROUP_BY_X>",
       "value": 0},
      {"joinaggregate": [{"op": "sum", "field": "occurrences", "as": "of_class"}],
       "groupby": ["<DVC_METRIC_Y>"]},
      {"calculate": "datum.of_class > 0 ? datum.occurrences / datum.of_class : 0", "as": "share"}
    ],
    "encoding": {
      "x": {"field": "<DVC_METRIC_X>", "type": "nominal", "sort": "ascending",
            "title": "<DVC_METRIC_X_LABEL>"},
      "y": {"field": "<DVC_METRIC_Y>", "type": "nominal", "sort": "ascending",
            "title": "<DVC_METRIC_Y_LABEL>"}
    },
    "layer": [
      {
        "width": "<DVC_METRIC_PLOT_WIDTH>",
        "height": "<DVC_METRIC_PLOT_HEIGHT>",
        "params": [
          {"name": "cell",
           "select": {"type": "point", "encodings": ["x", "y"], "on": "pointerover",
                      "clear": "pointerout"}}
        ],
        "mark": {"type": "rect", "stroke": "lightpink"},
        "encoding": {
          "color": {"field": "share", "type": "quantitative", "title": "",
                    "scale": {"domain": [0, 1]}},
          "strokeWidth": {"value": 0, "condition": {"param": "cell", "empty": false, "value": 3}},
          "tooltip": [
            {"field": "<DVC_METRIC_X>", "type": "nominal"},
            {"field": "<DVC_METRIC_Y>", "type": "nominal"},
            {"field": "share", "type": "quantitative", "format": ".2f"}
          ]
        }
      },
      {
        "mark": "text",
        "encoding": {
          "text": {"field": "share", "type": "quantitative", "format": ".2f"},
          "color": {"value": "black", "condition": {"test": "datum.share > 0.5", "value": "white"}}
        }
      }
    ]
  }
})vega";

constexpr const char* scatter = R"vega({
  "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
  "title": {"text": "<DVC_METRIC_TITLE>", "anchor": "middle"},
  "data": {"values": "<DVC_METRIC_DATA>"},
  "width": "<DVC_METRIC_PLOT_WIDTH>",
  "height": "<DVC_METRIC_PLOT_HEIGHT>",
  "params": ["<DVC_METRIC_ZOOM_AND_PAN>"],
  "mark": {"type": "point", "clip": true, "tooltip": {"content": "data"}},
  "encoding": {
    "x": {"field": "<DVC_METRIC_X>", "type": "quantitative", "title": "<DVC_METRIC_X_LABEL>"},
    "y": {"field": "<DVC_METRIC_Y>", "type": "quantitative", "title": "<DVC_METRIC_Y_LABEL>"},
    "color": "<DVC_METRIC_COLOR>",
    "shape": "<DVC_METRIC_SHAPE>",
    "tooltip": "<DVC_METRIC_TOOLTIP>"
  }
})vega";

/// Points of classes, spread at random inside their cell so that equal ones can be told apart.
constexpr const char* scatter_jitter = R"vega({
  "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
  "title": {"text": "<DVC_METRIC_TITLE>", "anchor": "middle"},
  "data": {"values": "<DVC_METRIC_DATA>"},
  "width": "<DVC_METRIC_PLOT_WIDTH>",
  "height": "<DVC_METRIC_PLOT_HEIGHT>",
  "transform": [
    {"calculate": "random()", "as": "jitter_x"},
    {"calculate": "random()", "as": "jitter_y"}
  ],
  "mark": {"type": "point", "tooltip": {"content": "data"}},
  "encoding": {
    "x": {"field": "<DVC_METRIC_X>", "title": "<DVC_METRIC_X_LABEL>"},
    "y": {"field": "<DVC_METRIC_Y>", "title": "<DVC_METRIC_Y_LABEL>"},
    "xOffset": {"field": "jitter_x", "type": "quantitative"},
    "yOffset": {"field": "jitter_y", "type": "quantitative"},
    "color": "<DVC_METRIC_COLOR>",
    "shape": "<DVC_METRIC_SHAPE>",
    "tooltip": "<DVC_METRIC_TOOLTIP>"
  }
})vega";

constexpr const char* bar_horizontal = R"vega({
  "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
  "title": {"text": "<DVC_METRIC_TITLE>", "anchor": "middle"},
  "data": {"values": "<DVC_METRIC_DATA>"},
  "width": "<DVC_METRIC_PLOT_WIDTH>",
  "height": "<DVC_METRIC_PLOT_HEIGHT>",
  "params": ["<DVC_METRIC_ZOOM_AND_PAN>"],
  "mark": "bar",
  "encoding": {
    "x": {"field": "<DVC_METRIC_X>", "type": "quantitative", "title": "<DVC_METRIC_X_LABEL>",
          "scale": {"zero": false}},
    "y": {"field": "<DVC_METRIC_Y>", "type": "nominal", "title": "<DVC_METRIC_Y_LABEL>"},
    "yOffset": {"field": "rev", "sort": []},
    "color": "<DVC_METRIC_COLOR>",
    "column": "<DVC_METRIC_COLUMN>"
  }
})vega";

yaml::Value sorted_bars() {
  yaml::Value content = yaml::parse_json(bar_horizontal);
  content.map().find("encoding")->map().find("y")->map().set("sort", "-x");
  return content;
}

constexpr std::array<std::pair<std::string_view, const char*>, 9> templates = {{
    {"simple", simple},
    {"linear", linear},
    {"confusion", confusion},
    {"confusion_normalized", confusion_normalized},
    {"scatter", scatter},
    {"scatter_jitter", scatter_jitter},
    {"smooth", linear},
    {"bar_horizontal_sorted", nullptr},
    {"bar_horizontal", bar_horizontal},
}};

}  // namespace

const std::vector<std::string>& builtin_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& entry : templates)
      list.emplace_back(entry.first);
    return list;
  }();
  return names;
}

yaml::Value builtin_template(std::string_view name) {
  for (const auto& [known, text] : templates) {
    if (known != name) continue;
    return text == nullptr ? sorted_bars() : yaml::parse_json(text);
  }
  return {};
}

}  // namespace expcore::plots
