#pragma once
#include <atomic>
#include <cstddef>
#include <latch>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fs/file.hpp"
#include "git/repo.hpp"

namespace expcore::git {

/// A ref whose file was read, and what stat(2) said of it before.
struct FreshRef {
  std::string_view prefix;  ///< "refs/exps/", up to the last slash.
  std::string_view name;    ///< What follows it.
  std::string_view target;  ///< An id of 40 digits.
  fs::Stat stat;
};

/// What the files of the loose refs of a kind said, kept in `<common_dir>/expcore/loose/<kind>`
/// with their stats: a file of which these are the same is not read again
/// (docs/decisions/git-refs.md). Other threads ask for the stats while the caller lists the
/// folders.
///
/// Thread safety: for the one thread that owns it.
class KeptRefs {
 public:
  /// `kind`: "exps" for "refs/exps/".
  KeptRefs(std::string common_dir, std::string_view kind);

  /// Begins to look, where something is kept and stats can be relied on.
  void start();
  /// Takes part until all is looked at.
  void finish();

  /// The refs of one folder, to be asked for in the order of their names.
  class Cursor {
   public:
    /// The id that the file still says, of 40 digits; "" when it must be read.
    Id target(std::string_view name);

   private:
    friend class KeptRefs;
    const KeptRefs* kept_ = nullptr;
    std::size_t next_ = 0;
    std::size_t end_ = 0;
  };
  /// From the ref `name` of the folder of `prefix` on.
  Cursor from(std::string_view prefix, std::string_view name) const;

  /// Keeps these beside those that have not changed. Nothing is said where that fails.
  void keep(const std::vector<FreshRef>& fresh) const;
  /// Forgets what was kept, if anything.
  void drop() const;
  /// How many of those kept have changed or gone.
  std::size_t stale() const;
  /// False on file systems whose stat may be old.
  bool can_keep() const;

 private:
  struct Ref {
    std::string_view name;
    std::string_view target;
    fs::Stat stat;
    bool is_same = false;
  };
  /// Some of one folder, with nothing between them.
  struct Run {
    std::string_view prefix;
    std::size_t first = 0;
    std::size_t count = 0;
  };

  void read();
  void parse(std::string_view bytes);
  void look_at_next();
  void look_at(const Run& piece);

  std::string common_dir_;
  std::string path_;
  std::string bytes_;
  std::vector<Run> folders_;  ///< Sorted by prefix, the refs of each by name.
  std::vector<Ref> refs_;
  std::vector<Run> pieces_;  ///< What a thread takes at a time.
  std::atomic<std::size_t> next_piece_ = 0;
  std::latch is_read_{1};
  std::jthread early_;
};

}  // namespace expcore::git
