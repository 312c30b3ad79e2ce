#pragma once
#include <optional>
#include <string>

#include "fs/descriptor.hpp"

namespace expcore::queue {

/// A file that its maker keeps locked for as long as it lives: the kernel frees it at its death,
/// whatever kills it, so that nobody has to guess from clocks or process numbers.
///
/// Thread safety: confined.
class Lease {
 public:
  /// A new lease with a name of its own in `folder`.
  static Lease take(const std::string& folder);

  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) noexcept = default;

  const std::string& name() const { return name_; }  ///< Of the file in its folder.
  /// Removes the file and frees the lock.
  void give_up();

  /// Whether somebody holds the lease `name`. A missing file is held by nobody.
  static bool is_held(const std::string& folder, const std::string& name);
  static void remove(const std::string& folder, const std::string& name);

 private:
  Lease(std::string path, std::string name, fs::Descriptor file)
      : path_(std::move(path)), name_(std::move(name)), file_(std::move(file)) {}
  std::string path_;
  std::string name_;
  fs::Descriptor file_;
};

/// Names the time since the machine started: a lease of another boot is nobody's.
std::string boot_id();

}  // namespace expcore::queue
