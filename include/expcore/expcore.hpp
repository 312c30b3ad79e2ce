#pragma once
/// Everything that is public.
#include <expcore/cancel.hpp>
#include <expcore/configuration.hpp>
#include <expcore/dag.hpp>
#include <expcore/data.hpp>
#include <expcore/error.hpp>
#include <expcore/event.hpp>
#include <expcore/experiments.hpp>
#include <expcore/metrics.hpp>
#include <expcore/overrides.hpp>
#include <expcore/pipeline.hpp>
#include <expcore/plots.hpp>
#include <expcore/project.hpp>
#include <expcore/table.hpp>
#include <expcore/value.hpp>
#include <expcore/version.hpp>
