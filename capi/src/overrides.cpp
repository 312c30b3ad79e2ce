#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <expcore/overrides.hpp>

#include "boundary.hpp"

namespace capi = expcore::capi;
using expcore::ParamOverrides;

struct exp_overrides {
  explicit exp_overrides(ParamOverrides given) : overrides(std::move(given)) {
    for (const auto& [file, texts] : overrides.as_typed()) {
      for (const auto& text : texts)
        typed.emplace_back(file, text);
    }
  }

  ParamOverrides overrides;
  std::vector<std::pair<std::string, std::string>> typed;
};

struct exp_points {
  ParamOverrides::Points points;
  std::optional<ParamOverrides::Points::Iterator> at;  ///< nullopt before the first one.
  std::vector<std::pair<std::string, std::string>> present;
};

extern "C" {

exp_status exp_overrides_parse(exp_overrides** out_overrides, const char* const* arguments,
                               exp_error** out_error) {
  if (out_overrides != nullptr) *out_overrides = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_overrides, "out_overrides");
    out = new exp_overrides(ParamOverrides::parse(capi::to_strings(arguments)));
  });
}

void exp_overrides_free(exp_overrides* overrides) { delete overrides; }

int32_t exp_overrides_is_sweep(const exp_overrides* overrides) {
  return overrides != nullptr && overrides->overrides.is_sweep() ? 1 : 0;
}

size_t exp_overrides_count(const exp_overrides* overrides) {
  return overrides == nullptr ? 0 : overrides->typed.size();
}

const char* exp_overrides_file(const exp_overrides* overrides, size_t index) {
  return index < exp_overrides_count(overrides) ? overrides->typed[index].first.c_str() : nullptr;
}

const char* exp_overrides_text(const exp_overrides* overrides, size_t index) {
  return index < exp_overrides_count(overrides) ? overrides->typed[index].second.c_str() : nullptr;
}

exp_status exp_overrides_size(uint64_t* out_size, const exp_overrides* overrides,
                              exp_error** out_error) {
  if (out_size != nullptr) *out_size = 0;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_size, "out_size");
    out = capi::require(overrides, "overrides").overrides.size();
  });
}

exp_status exp_overrides_apply(char** out_text, const exp_overrides* overrides, const char* text,
                               const char* file, exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_text, "out_text");
    const auto& given = capi::require(overrides, "overrides").overrides;
    out = capi::copy_text(given.apply(&capi::require(text, "text"), &capi::require(file, "file")));
  });
}

exp_status exp_overrides_apply_to(const exp_overrides* overrides, const exp_project* project,
                                  exp_error** out_error) {
  return exp_overrides_write(nullptr, overrides, project, out_error);
}

exp_status exp_overrides_write(exp_names** out_files, const exp_overrides* overrides,
                               const exp_project* project, exp_error** out_error) {
  if (out_files != nullptr) *out_files = nullptr;
  return capi::guard(out_error, [&] {
    const auto& given = capi::require(overrides, "overrides").overrides;
    auto files = std::make_unique<exp_names>();
    for (const auto& path : given.apply_to(capi::require(project, "project").project))
      files->names.push_back(path.string());
    if (out_files != nullptr) *out_files = files.release();
  });
}

exp_status exp_points_new(exp_points** out_points, const exp_overrides* overrides,
                          exp_error** out_error) {
  if (out_points != nullptr) *out_points = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_points, "out_points");
    out = new exp_points{capi::require(overrides, "overrides").overrides.expand(), {}, {}};
  });
}

void exp_points_free(exp_points* points) { delete points; }

int32_t exp_points_next(exp_points* points) {
  if (points == nullptr) return 0;
  try {
    if (!points->at) {
      points->at.emplace(points->points.begin());
    } else if (!(*points->at == points->points.end())) {
      ++*points->at;
    }
    points->present.clear();
    if (*points->at == points->points.end()) return 0;
    for (const auto& [file, overrides] : **points->at) {
      for (const auto& text : overrides)
        points->present.emplace_back(file, text);
    }
    return 1;
  } catch (...) {
    return -1;
  }
}

size_t exp_points_count(const exp_points* points) {
  return points == nullptr ? 0 : points->present.size();
}

const char* exp_points_file(const exp_points* points, size_t index) {
  return index < exp_points_count(points) ? points->present[index].first.c_str() : nullptr;
}

const char* exp_points_override(const exp_points* points, size_t index) {
  return index < exp_points_count(points) ? points->present[index].second.c_str() : nullptr;
}

}  // extern "C"
