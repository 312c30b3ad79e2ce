#pragma once
#include <string_view>

#include "yaml/value.hpp"

namespace expcore::params {

/// The parameters in a Python source text, read without running it: assignments and annotated
/// assignments of literals at module and class level, and of `self.x` in `__init__` (as members of
/// the class). Anything else is passed over. Source: DVC dvc/utils/serialize/_py.py.
/// Throws: Error{parse} when brackets or strings do not close.
yaml::Value parse_python(std::string_view text);

}  // namespace expcore::params
