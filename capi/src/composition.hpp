#pragma once
#include <string>

#include <expcore/composition.hpp>

#include "boundary.hpp"

struct exp_composition {
  expcore::Composition composition;
  std::string yaml = composition.yaml();
  std::string json = composition.json();
};
