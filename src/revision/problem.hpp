#pragma once
#include <string>

#include <expcore/error.hpp>

namespace expcore::revision {

/// Why something could not be read, as DVC's JSON tells it.
struct Problem {
  std::string message;
  std::string type;  ///< Name of DVC's exception class.
};

/// Of a revision whose pipeline files cannot be loaded: the class goes by what the message says.
Problem problem_of(const Error& error);

}  // namespace expcore::revision
