#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <expcore/export.hpp>
#include <expcore/project.hpp>
#include <expcore/value.hpp>

namespace expcore {

/// What Composition::compose() composes.
struct ComposeOptions {
  std::string config_name = "config";  ///< Below the folder; may hold '/'; without ".yaml".
  /// "group=option", "a.b=1", "+c=2", "++d=3", "~e".
  std::vector<std::string> overrides;
  /// Where relative folders of `hydra.searchpath` start.
  std::filesystem::path directory = ".";
  /// For `oc.env`; nullopt: a copy of this process's.
  std::optional<Environment> environment;
  bool resolve = true;  ///< Replace `${…}` by what it gives; else it stays as text.
};

/// A configuration composed from a folder of YAML files as Hydra 1.3 does: defaults lists,
/// packages, overrides, OmegaConf's interpolation and resolvers. No Python is involved; what of
/// Hydra needs it is an error or a warning (docs/guide/hydra.md). Thread safety: immutable.
class EXPCORE_API Composition {
 public:
  /// Throws: Error{not_found} for a missing folder or config, Error{parse}, Error{invalid_argument}
  /// in Hydra's and OmegaConf's words; cycles and endless recursion are errors, too.
  /// Source: hydra.compose().
  static Composition compose(const std::filesystem::path& config_dir,
                             const ComposeOptions& options = {});
  /// With the folder and name of the project's `hydra` configuration ("conf", "config"), whether or
  /// not it is enabled: what `exp run` makes params.yaml from.
  /// Throws: as above; Error{invalid_argument} for `hydra.config_module`.
  static Composition compose(const Project& project,
                             const std::vector<std::string>& overrides = {});

  /// Shares the result, which never changes.
  Composition(const Composition&);
  /// As above.
  Composition& operator=(const Composition&);
  /// What was moved from may only be assigned to or destroyed.
  Composition(Composition&&) noexcept;
  /// As above.
  Composition& operator=(Composition&&) noexcept;
  ~Composition();

  /// The bytes of a params.yaml, as OmegaConf.to_yaml writes them.
  std::string yaml() const;
  /// On one line (`indent` 0) or laid out as Python's json module does.
  std::string json(int indent = 0) const;
  /// Every value that is no mapping, by dotted key, in order; lists are JSON texts. `file` is "".
  std::vector<NamedValue> values() const;
  /// The value at a dotted key ("a.b", "list.0"), mappings as JSON texts; nullopt when missing.
  std::optional<CellValue> find(const std::string& key) const;
  /// What Hydra would warn about.
  const std::vector<std::string>& warnings() const;

 private:
  struct Impl;
  explicit Composition(std::shared_ptr<const Impl> impl) noexcept;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace expcore
