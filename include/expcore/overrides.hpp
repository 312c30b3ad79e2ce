#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <expcore/export.hpp>

namespace expcore {

class Project;

/// The overrides of one params file, in order, without the file's name: "lr=0.1", "+new=1", "~old".
struct FileOverrides {
  std::string file;                    ///< The params file, relative to the project's directory.
  std::vector<std::string> overrides;  ///< Without the file's name, in order.

  /// The same file and the same texts in the same order.
  friend bool operator==(const FileOverrides&, const FileOverrides&) = default;
};

/// One combination of a sweep: what one experiment sets, by file in order of first appearance.
using OverridePoint = std::vector<FileOverrides>;

/// Parameter overrides in Hydra's grammar, as DVC's `-S [file:]override` takes them: values,
/// additions (`+key=`), deletions (`~key`) and sweeps (`lr=0.1,0.2`, `choice(…)`, `range(…)`).
///
/// Grammar and arithmetic are those of Hydra 1.3; see docs/guide/params.md. A text is parsed once;
/// a sweep is never written out in memory.
/// Thread safety: immutable.
class EXPCORE_API ParamOverrides {
 public:
  /// Parses all arguments. Source: DVC dvc/utils/cli_parse.py to_path_overrides.
  /// Throws: Error{invalid_argument} with Hydra's words, details() showing the place.
  static ParamOverrides parse(const std::vector<std::string>& arguments);

  /// Shares the state, which never changes.
  ParamOverrides(const ParamOverrides&);
  /// As above.
  ParamOverrides& operator=(const ParamOverrides&);
  /// What was moved from may only be assigned to or destroyed.
  ParamOverrides(ParamOverrides&&) noexcept;
  /// As above.
  ParamOverrides& operator=(ParamOverrides&&) noexcept;
  ~ParamOverrides();

  /// No overrides at all.
  bool empty() const;
  /// Whether any value is a sweep, so that there may be other than one combination.
  bool is_sweep() const;

  /// How many combinations expand() gives; 1 without a sweep.
  /// Throws: Error{invalid_argument} for a sweep that cannot be enumerated (`interval`, `glob`),
  /// that is endless or has more than 2^63 - 1 combinations.
  std::uint64_t size() const;

  /// The overrides as typed, by file.
  const OverridePoint& as_typed() const;

  class Points;
  /// The combinations in DVC's order (the last sweep varies fastest), each made when the iterator
  /// comes to it. In a sweep every override is normalised (`1e-3` becomes `0.001`) and the last of
  /// equal keys wins; without one the single combination is as_typed().
  /// Throws: as size(), and Error{invalid_argument} for an empty sweep.
  Points expand() const;

  /// The text of a params file (its format chosen by the suffix of `file`: .json, .toml, .py, else
  /// YAML) with the overrides for `file` applied, all other bytes untouched. An empty text stands
  /// for a file that does not exist. `${…}` in a value is replaced by what it gives, with
  /// OmegaConf's own resolvers, as `exp run -S` does; `oc.env` looks into `environment` (nullopt:
  /// a copy of this process's). A `${…}` that no override names stays.
  /// Throws: Error{invalid_argument} "Invalid `--set-param` value: …", Error{parse}; also for
  /// sweeps.
  std::string apply(
      std::string_view text, const std::string& file,
      const std::optional<std::map<std::string, std::string>>& environment = std::nullopt) const;

  /// Applies everything to the files of a project (names are relative to its directory()): all
  /// texts are made first, then the files are replaced one by one, each at once. `oc.env` looks
  /// into the project's environment. Nothing is composed: see Composition for that. Returns the
  /// files written, absolute and sorted. Throws: as apply(), Error{io}.
  std::vector<std::filesystem::path> apply_to(const Project& project) const;

 private:
  struct Impl;
  explicit ParamOverrides(std::shared_ptr<const Impl> impl) noexcept;
  std::shared_ptr<const Impl> impl_;
};

/// The combinations of a sweep: `for (const auto& point : overrides.expand())`.
/// Thread safety: thread-compatible; independent of the ParamOverrides it came from.
class EXPCORE_API ParamOverrides::Points {
 public:
  /// A single pass over the combinations; the reference is valid until the next increment.
  class EXPCORE_API Iterator {
   public:
    using iterator_category = std::input_iterator_tag;  ///< One pass.
    using value_type = OverridePoint;                   ///< A combination.
    using difference_type = std::ptrdiff_t;             ///< Never used: there is no distance.
    using pointer = const OverridePoint*;               ///< Into the iterator.
    using reference = const OverridePoint&;             ///< Into the iterator.

    Iterator() noexcept;
    /// What was moved from may only be assigned to or destroyed.
    Iterator(Iterator&&) noexcept;
    /// As above.
    Iterator& operator=(Iterator&&) noexcept;
    ~Iterator();

    /// The combination it stands at; not past the last one.
    reference operator*() const;
    /// As above.
    pointer operator->() const;
    /// Goes to the next combination, which is made then.
    Iterator& operator++();
    /// As above.
    void operator++(int);
    /// Whether it is past the last combination.
    bool operator==(std::default_sentinel_t end) const;

   private:
    friend class Points;
    struct Impl;
    explicit Iterator(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
  };

  /// Starts at the first combination each time.
  Iterator begin() const;
  /// Compares equal to an iterator that is past the last combination.
  std::default_sentinel_t end() const { return {}; }

 private:
  friend class ParamOverrides;
  struct Impl;
  explicit Points(std::shared_ptr<const Impl> impl) noexcept;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace expcore
