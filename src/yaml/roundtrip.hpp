#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/value.hpp"

namespace expcore::yaml {

/// A YAML document that is read, changed in places and written back the way ruamel.yaml's
/// round-trip mode does: comments, block literals, flow style of non-empty collections, number
/// spellings and anchors of everything untouched stay; strings lose unneeded quotes; indentation is
/// normalised to 2/0.
///
/// When the text already is what ruamel would write (every dvc.lock is), `text()` after a `set()`
/// costs the changed part plus one copy: untouched parts are not parsed into values again.
/// Thread safety: confined.
class RoundTrip {
 public:
  /// Throws: Error{parse} with details().
  explicit RoundTrip(std::string text);
  ~RoundTrip();
  RoundTrip(RoundTrip&&) noexcept;
  RoundTrip& operator=(RoundTrip&&) noexcept;

  /// Replaces or adds the member at `path` (string keys from the root mapping). A replaced member
  /// keeps its place, a new one is appended; missing parents are created; what was below is gone,
  /// comments included. `before` names the member of "stages" that a new one precedes; "" appends.
  void set(const std::vector<std::string>& path, const Value& value,
           const std::string& before = {});
  bool erase(const std::vector<std::string>& path);

  std::string text() const;
  /// The text of a member of "stages" when text() ends with it.
  std::optional<std::string> last_stage(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore::yaml
