#pragma once
#include "base/binary.hpp"
#include "yaml/value.hpp"

namespace expcore::yaml {

/// A value without its positions, for caches.
void write_binary(BinaryWriter& out, const Value& value);
void write_binary(BinaryWriter& out, const Map& map);
/// Throws std::out_of_range for bytes that write_binary() did not write.
Value read_value(BinaryReader& in);
Map read_map(BinaryReader& in);
/// The bytes of the next value, which is not made.
std::string_view read_bytes(BinaryReader& in);

}  // namespace expcore::yaml
