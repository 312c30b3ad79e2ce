#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/value.hpp"

namespace expcore::params {

struct NodeMember;

/// Where a value of a params file is in its text, so that it can be changed there.
struct Node {
  enum class Kind : unsigned char {
    scalar,
    flow_map,    ///< `{…}`
    flow_list,   ///< `[…]`
    block_map,   ///< YAML: one key a line. Python: a module or class.
    block_list,  ///< YAML: `- item` lines.
    table,       ///< TOML: what `[header]`s and dotted keys make.
    alias,       ///< YAML: `*name`; stands for the node `name`.
  };
  Kind kind = Kind::scalar;
  std::size_t begin = 0;    ///< Byte; behind anchor and tag.
  std::size_t end = 0;      ///< Behind the last byte; of block collections that of the last item.
  std::size_t column = 0;   ///< Of the first byte, in bytes.
  std::size_t outside = 0;  ///< Where anchor and tag begin; else `begin`.
  std::string anchor;       ///< Of YAML.
  std::vector<NodeMember> members;
  std::vector<Node> items;
  /// TOML: behind the last line of the table's own keys, where new ones go; npos: none can.
  std::size_t insert_at = std::string::npos;
  std::string insert_prefix;  ///< TOML: "a." when new members are dotted keys.

  bool is_map() const {
    return kind == Kind::flow_map || kind == Kind::block_map || kind == Kind::table;
  }
  bool is_list() const { return kind == Kind::flow_list || kind == Kind::block_list; }
  bool is_flow() const { return kind == Kind::flow_map || kind == Kind::flow_list; }
};

struct NodeMember {
  yaml::Value key;
  std::size_t key_begin = 0;
  std::size_t key_end = 0;  ///< Behind the key; of block members behind the colon, too.
  Node value;
};

/// Each finds the values of a text that reads well. Throws Error{parse} otherwise.
Node locate_yaml(std::string_view text);
Node locate_json(std::string_view text);
Node locate_toml(std::string_view text);
Node locate_python(std::string_view text);

}  // namespace expcore::params
