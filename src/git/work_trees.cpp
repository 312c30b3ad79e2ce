#include "git/work_trees.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/mode.hpp"

namespace expcore::git {
namespace {

constexpr std::int64_t largest_file = 64 << 20;
constexpr std::size_t most_unknown_folders = 64;

/// A file of a tree.
struct Item {
  std::string_view path;
  std::uint32_t mode = 0;
  RawId id{};
};

/// "", "a/", "a/b/" for "a/b/c".
std::vector<std::string> folders_on_the_way(std::string_view path) {
  std::vector<std::string> folders = folders_above(path);
  folders.emplace(folders.begin());
  return folders;
}

/// Writes trees from the files in them.
class TreeWriter {
 public:
  /// `changed`: folders that hold something else than the index says.
  TreeWriter(const LooseObjects& objects, const IndexFile& index,
             const std::set<std::string>& changed)
      : objects_(objects), index_(index), changed_(changed) {}

  /// `items`: what is below `folder`, in the order of an index, which is that of trees, too.
  RawId write(std::span<const Item> items, const std::string& folder) const {
    if (!changed_.contains(folder)) {
      if (auto noted = index_.noted_tree(folder, items.size())) return *noted;
    }
    std::string tree;
    for (std::size_t i = 0; i < items.size();) {
      const std::string_view rest = items[i].path.substr(folder.size());
      const auto slash = rest.find('/');
      const std::string_view name = rest.substr(0, slash);
      if (slash == std::string_view::npos) {
        append(tree, items[i].mode, name, items[i].id);
        ++i;
        continue;
      }
      const std::string below(items[i].path.substr(0, folder.size() + slash + 1));
      const auto inside = items.subspan(i);
      const auto end = std::partition_point(inside.begin(), inside.end(), [&](const Item& item) {
        return item.path.starts_with(below);
      });
      const auto count = static_cast<std::size_t>(end - inside.begin());
      append(tree, tree_mode, name, write(inside.first(count), below));
      i += count;
    }
    const RawObject object("tree", tree);
    objects_.write(object);
    return object.id();
  }

 private:
  static constexpr std::uint32_t tree_mode = 040000;

  static void append(std::string& tree, std::uint32_t mode, std::string_view name,
                     const RawId& id) {
    tree += fmt::format("{:o} {}", mode, name);
    tree += '\0';
    tree.append(id.data(), id.size());
  }

  const LooseObjects& objects_;
  const IndexFile& index_;
  const std::set<std::string>& changed_;
};

/// Compares the work tree with the index, and records what differs.
class Changes {
 public:
  Changes(const IndexFile& index, const std::string& workdir, const LooseObjects& objects)
      : index_(index), workdir_(workdir), objects_(objects) {}

  /// False when it must be left to libgit2.
  bool find() {
    const auto suspects = index_.suspects(workdir_);
    std::size_t next = 0;
    for (std::size_t i = 0; i < index_.entries().size(); ++i) {
      const auto& entry = index_.entries()[i];
      if (next == suspects.size() || suspects[next] != i) {
        items_.push_back({entry.path, entry.mode, entry.id});
        continue;
      }
      ++next;
      if (!take(entry)) return false;
    }
    return true;
  }

  const std::vector<Item>& items() const { return items_; }
  const std::set<std::string>& folders() const { return folders_; }

 private:
  bool take(const IndexFile::Entry& entry) {
    const std::string path = fs::join(workdir_, entry.path);
    const auto stat = fs::stat(path, fs::Follow::no);
    if (!stat) {
      changed_in(folders_on_the_way(entry.path));
      return true;
    }
    const bool is_link = stat->kind == fs::Kind::symlink;
    if ((!is_link && stat->kind != fs::Kind::file) || stat->size > largest_file) return false;
    const RawObject blob("blob", is_link ? fs::read_link(path) : fs::read_file(path));
    const std::uint32_t mode = mode_in_git(*stat);
    items_.push_back({entry.path, mode, blob.id()});
    if (mode == entry.mode && blob.id() == entry.id) return true;
    const auto folders = folders_on_the_way(entry.path);
    if (!is_link && may_be_converted(folders)) return false;
    if (blob.id() != entry.id) objects_.write(blob);
    changed_in(folders);
    return true;
  }

  bool may_be_converted(const std::vector<std::string>& folders) const {
    return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
      const std::string attributes = folder + ".gitattributes";
      return index_.has(attributes) || fs::exists(fs::join(workdir_, attributes));
    });
  }

  void changed_in(const std::vector<std::string>& folders) {
    folders_.insert(folders.begin(), folders.end());
  }

  const IndexFile& index_;
  const std::string& workdir_;
  const LooseObjects& objects_;
  std::vector<Item> items_;
  std::set<std::string> folders_;
};

}  // namespace

std::optional<WorkTrees> write_work_trees(const IndexFile& index, const std::string& workdir,
                                          const LooseObjects& objects) {
  if (index.has_submodules()) return std::nullopt;
  const auto folders = index.folders();
  if (index.count_unknown(folders) > most_unknown_folders) return std::nullopt;
  if (!are_real_folders(folders, workdir)) return std::nullopt;
  Changes changes(index, workdir, objects);
  if (!changes.find()) return std::nullopt;
  std::vector<Item> staged;
  for (const auto& entry : index.entries())
    staged.push_back({entry.path, entry.mode, entry.id});
  WorkTrees trees;
  trees.is_verbatim = true;
  trees.index = to_id(TreeWriter(objects, index, {}).write(staged, ""));
  trees.workdir =
      changes.folders().empty()
          ? trees.index
          : to_id(TreeWriter(objects, index, changes.folders()).write(changes.items(), ""));
  return trees;
}

}  // namespace expcore::git
