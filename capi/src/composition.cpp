#include "composition.hpp"

namespace capi = expcore::capi;
using expcore::Composition;

extern "C" {

exp_status exp_composition_new(exp_composition** out_composition, const char* config_dir,
                               const exp_compose_options* options, exp_error** out_error) {
  if (out_composition != nullptr) *out_composition = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_composition, "out_composition");
    const auto given = capi::read_options(options);
    expcore::ComposeOptions wanted;
    if (given.config_name != nullptr) wanted.config_name = given.config_name;
    if (given.directory != nullptr) wanted.directory = given.directory;
    wanted.overrides = capi::to_strings(given.overrides);
    wanted.resolve = (given.flags & EXP_COMPOSE_UNRESOLVED) == 0;
    out =
        new exp_composition{Composition::compose(&capi::require(config_dir, "config_dir"), wanted)};
  });
}

exp_status exp_composition_new_for_project(exp_composition** out_composition,
                                           const exp_project* project, const char* const* overrides,
                                           exp_error** out_error) {
  if (out_composition != nullptr) *out_composition = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_composition, "out_composition");
    out = new exp_composition{Composition::compose(capi::require(project, "project").project,
                                                   capi::to_strings(overrides))};
  });
}

void exp_composition_free(exp_composition* composition) { delete composition; }

const char* exp_composition_yaml(const exp_composition* composition) {
  return composition == nullptr ? nullptr : composition->yaml.c_str();
}

const char* exp_composition_json(const exp_composition* composition) {
  return composition == nullptr ? nullptr : composition->json.c_str();
}

size_t exp_composition_warning_count(const exp_composition* composition) {
  return composition == nullptr ? 0 : composition->composition.warnings().size();
}

const char* exp_composition_warning(const exp_composition* composition, size_t index) {
  return index < exp_composition_warning_count(composition)
             ? composition->composition.warnings()[index].c_str()
             : nullptr;
}

}  // extern "C"
