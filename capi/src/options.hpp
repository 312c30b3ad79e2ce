#pragma once
#include <expcore/experiments.hpp>
#include <expcore/metrics.hpp>

#include "boundary.hpp"

/// Option structs that several files read.
namespace expcore::capi {

MetricsOptions to_metrics_options(const exp_metrics_options* given);
DiffOptions to_diff_options(const exp_diff_options* given);
ShowOptions to_show_options(const exp_show_options* given);
ExperimentDiffOptions to_experiment_diff_options(const exp_diff_options* given);

}  // namespace expcore::capi
