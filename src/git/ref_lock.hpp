#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fs/descriptor.hpp"

/// The lock files of Git's refs (docs/decisions/git-refs.md).
namespace expcore::git {

/// Removes a lock of ours whose holder died, and what it was writing: the kernel has let go of its
/// flock.
void remove_dead_lock(const std::string& path);

/// Makes lock files that say our mark and are known to be ours as long as this lives. All of a
/// batch are names of one file, which costs one open file and one inode.
class LockMaker {
 public:
  /// The lock has its mark at once, so that no instant of death leaves one without; where the file
  /// system cannot do that, one comes after the other. False with errno set.
  bool try_create(const std::string& lock);

 private:
  void open_unnamed(const std::string& folder);
  bool try_link(const std::string& lock) const;

  fs::Descriptor unnamed_;
  std::vector<fs::Descriptor> named_;
};

/// A file that Git's lock protocol guards by `<path>.lock`, made exclusively. That of a process
/// that died is nobody's: docs/decisions/git-refs.md.
class LockedFile {
 public:
  explicit LockedFile(std::string path)
      : LockedFile(std::move(path), std::make_shared<LockMaker>()) {}
  LockedFile(std::string path, std::shared_ptr<LockMaker> maker);
  ~LockedFile();
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  /// Makes `bytes` the file, durably. The lock is kept.
  void replace(std::string_view bytes) const;

 private:
  std::string path_;
  std::string lock_;
  std::shared_ptr<LockMaker> maker_;
};

}  // namespace expcore::git
