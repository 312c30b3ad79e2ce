#include "yaml/binary.hpp"

#include <utility>

namespace expcore::yaml {

void write_binary(BinaryWriter& out, const Map& map) {
  out.number(map.size());
  for (const auto& [key, value] : map) {
    write_binary(out, key);
    write_binary(out, value);
  }
}

void write_binary(BinaryWriter& out, const Value& value) {
  out.number(static_cast<std::uint64_t>(value.kind()));
  switch (value.kind()) {
    case Value::Kind::null:
      break;
    case Value::Kind::boolean:
      out.flag(value.boolean());
      break;
    case Value::Kind::integer:
      out.integer(value.integer());
      break;
    case Value::Kind::big_integer:
      out.text(value.big_integer());
      break;
    case Value::Kind::real:
      out.real(value.real());
      break;
    case Value::Kind::string:
      out.text(value.string());
      break;
    case Value::Kind::timestamp:
      out.text(value.timestamp());
      break;
    case Value::Kind::list:
      out.number(value.list().size());
      for (const auto& item : value.list())
        write_binary(out, item);
      break;
    case Value::Kind::map:
      write_binary(out, value.map());
      break;
  }
}

Map read_map(BinaryReader& in) {
  Map map;
  const std::size_t count = in.count();
  map.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Value key = read_value(in);
    map.append(std::move(key), read_value(in));
  }
  return map;
}

Value read_value(BinaryReader& in) {
  const std::uint64_t kind = in.number();
  switch (kind) {
    case static_cast<std::uint64_t>(Value::Kind::null):
      return {};
    case static_cast<std::uint64_t>(Value::Kind::boolean):
      return in.flag();
    case static_cast<std::uint64_t>(Value::Kind::integer):
      return in.integer();
    case static_cast<std::uint64_t>(Value::Kind::big_integer):
      return BigInteger{in.text()};
    case static_cast<std::uint64_t>(Value::Kind::real):
      return in.real();
    case static_cast<std::uint64_t>(Value::Kind::string):
      return in.text();
    case static_cast<std::uint64_t>(Value::Kind::timestamp):
      return Timestamp{in.text()};
    case static_cast<std::uint64_t>(Value::Kind::list): {
      List items;
      const std::size_t count = in.count();
      items.reserve(count);
      for (std::size_t i = 0; i < count; ++i)
        items.push_back(read_value(in));
      return items;
    }
    case static_cast<std::uint64_t>(Value::Kind::map):
      return read_map(in);
    default:
      throw std::out_of_range("kind");
  }
}

namespace {

void skip(BinaryReader& in) {
  const std::uint64_t kind = in.number();
  switch (kind) {
    case static_cast<std::uint64_t>(Value::Kind::null):
      return;
    case static_cast<std::uint64_t>(Value::Kind::boolean):
      in.flag();
      return;
    case static_cast<std::uint64_t>(Value::Kind::integer):
      in.integer();
      return;
    case static_cast<std::uint64_t>(Value::Kind::real):
      in.real();
      return;
    case static_cast<std::uint64_t>(Value::Kind::big_integer):
    case static_cast<std::uint64_t>(Value::Kind::string):
    case static_cast<std::uint64_t>(Value::Kind::timestamp):
      in.view();
      return;
    case static_cast<std::uint64_t>(Value::Kind::list):
      for (std::size_t left = in.count(); left > 0; --left)
        skip(in);
      return;
    case static_cast<std::uint64_t>(Value::Kind::map):
      for (std::size_t left = in.count(); left > 0; --left) {
        skip(in);
        skip(in);
      }
      return;
    default:
      throw std::out_of_range("kind");
  }
}

}  // namespace

std::string_view read_bytes(BinaryReader& in) {
  const std::string_view start = in.rest();
  skip(in);
  return start.substr(0, start.size() - in.rest().size());
}

}  // namespace expcore::yaml
