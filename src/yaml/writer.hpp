#pragma once
#include <string>
#include <string_view>

#include "yaml/value.hpp"

namespace expcore::yaml {

/// The bytes ruamel.yaml's round-trip dumper writes for fresh data (`default_flow_style=False`,
/// width 80, indent 2, lists not indented under their key), with a final line feed.
/// Folding is that of ruamel.yaml >= 0.18.13 except that a fold never lands in a run of blanks
/// (docs/decisions). `indent`: columns before each line, as if the value sat that deep.
/// Throws: Error{invalid_argument} for a value YAML cannot hold here (none at present).
std::string dump_yaml(const Value& value, int indent = 0);

enum class SortKeys : bool { no, yes };

/// Python's json.dumps(value, sort_keys=…): separators ", " and ": ", ASCII only, NaN/Infinity
/// literals. Maps with non-string keys are sorted by native value, then turned into strings.
/// Throws: Error{invalid_argument} "Object of type date is not JSON serializable" for a Timestamp,
/// "'<' not supported between instances of 'int' and 'str'" for mixed keys under SortKeys::yes.
std::string dump_json(const Value& value, SortKeys sort = SortKeys::no);

/// Same with Python's indent=N layout.
std::string dump_json_pretty(const Value& value, int indent);

}  // namespace expcore::yaml
