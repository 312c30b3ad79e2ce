#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace expcore::params {

/// The block mappings of a YAML document of the plainest kind, found without parsing values: keys
/// that are words, values that end on their line, block lists, block scalars, comments. Whatever is
/// out of the ordinary (anchors, tags, merge keys, tabs, CRLF, quoted keys, values over several
/// lines, a second document) has no outline, nor has a text that is malformed or repeats a key: a
/// document with an outline is known to read well.
/// Thread safety: immutable. Refers to the text.
class Outline {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;
  static constexpr std::uint32_t root = 0;

  struct Member {
    std::string_view key;
    std::uint32_t begin = 0;  ///< Of the key's line.
    std::uint32_t end = 0;    ///< Where the line of what follows begins; comments before it belong.
    std::uint32_t next = none;   ///< In the same mapping.
    std::uint32_t child = none;  ///< The mapping that is its value, if it is one in block style.
  };

  /// nullopt when the text is not of that kind.
  static std::optional<Outline> read(std::string_view text);

  const Member& member(std::uint32_t index) const { return members_[index]; }
  std::uint32_t first(std::uint32_t map) const { return maps_[map].first; }
  std::uint32_t last(std::uint32_t map) const { return maps_[map].last; }
  /// The member with that string as its key, or none.
  std::uint32_t find(std::uint32_t map, std::string_view key) const;

 private:
  friend class OutlineReader;
  struct Map {
    std::uint32_t first = none;
    std::uint32_t last = none;
  };
  struct Slot {
    std::uint32_t member = none;  ///< none: free.
    std::uint32_t map = 0;
    std::uint32_t hash = 0;
  };

  static std::uint32_t hash_of(std::uint32_t map, std::string_view key);
  /// Where that key is, or is to be put.
  std::size_t slot(std::uint32_t map, std::string_view key, std::uint32_t hash) const;
  /// False when the mapping has that key already.
  bool insert(std::uint32_t map, std::uint32_t index);
  void grow();

  std::vector<Member> members_;
  std::vector<Map> maps_;
  std::vector<Slot> slots_;  ///< The keys of all mappings by their hash, open addressing.
};

}  // namespace expcore::params
