#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/convert.hpp"
#include "git/loose_objects.hpp"
#include "git/plain_config.hpp"
#include "git/repo.hpp"

namespace expcore::git {

std::string to_id(const git_oid& oid) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  git_oid_tostr(text.data(), text.size(), &oid);
  return text.data();
}

git_oid to_oid(const std::string& id) {
  git_oid oid{};
  check(git_oid_fromstr(&oid, id.c_str()), fmt::format("read the object id '{}'", id));
  return oid;
}

namespace {

Tree open_tree(git_repository* repo, const Id& id) {
  const git_oid oid = to_oid(id);
  Tree tree;
  check(git_tree_lookup(out(tree), repo, &oid), fmt::format("read tree {}", id));
  return tree;
}

Commit open_commit(git_repository* repo, const Id& id) {
  const git_oid oid = to_oid(id);
  Commit commit;
  check(git_commit_lookup(out(commit), repo, &oid), fmt::format("read commit {}", id));
  return commit;
}

Signature from_git(const git_signature& signature) {
  return {signature.name, signature.email, signature.when.time, signature.when.offset};
}

std::string header_line(const char* role, const Signature& who) {
  const int offset = who.offset_minutes;
  const int minutes = offset < 0 ? -offset : offset;
  return fmt::format("{} {} <{}> {} {}{:02}{:02}\n", role, who.name, who.email, who.seconds,
                     offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/// What Git stores for a file of this content, or writes for such a blob: line endings and the like
/// as .gitattributes say.
std::string filtered(git_repository* repo, const std::string& path, git_filter_mode_t mode,
                     std::string content) {
  FilterList filters;
  check(git_filter_list_load(out(filters), repo, nullptr, path.c_str(), mode, GIT_FILTER_DEFAULT),
        fmt::format("read the attributes of '{}'", path));
  if (!filters) return content;
  git_buf bytes{};
  const int rc =
      git_filter_list_apply_to_buffer(&bytes, filters.get(), content.data(), content.size());
  std::string result = rc == 0 ? std::string(bytes.ptr, bytes.size) : "";
  git_buf_dispose(&bytes);
  check(rc, fmt::format("convert '{}'", path));
  return result;
}

struct Collected {
  std::vector<TreeEntry> entries;
};

int collect_entry(const char* root, const git_tree_entry* entry, void* payload) {
  if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) return 0;
  auto& entries = static_cast<Collected*>(payload)->entries;
  entries.push_back({std::string(root) + git_tree_entry_name(entry),
                     static_cast<std::uint32_t>(git_tree_entry_filemode(entry)),
                     to_id(*git_tree_entry_id(entry))});
  return 0;
}

}  // namespace

Id Repo::write_blob(std::string_view bytes) {
  git_oid oid{};
  check(git_blob_create_from_buffer(&oid, raw(), bytes.data(), bytes.size()), "write a blob");
  return to_id(oid);
}

Id Repo::write_blob_from_workdir(const std::string& relative_path) {
  git_oid oid{};
  const std::string path = fs::join(workdir_, relative_path);
  const auto before = fs::stat(path, fs::Follow::no);
  const int rc = git_blob_create_from_workdir(&oid, raw(), relative_path.c_str());
  // libgit2 gives up on a file that becomes longer or shorter while it reads it, as a log does.
  const auto after = fs::stat(path, fs::Follow::no);
  if (rc != 0 && after && after->kind == fs::Kind::file && after != before) {
    return write_blob(filtered(raw(), relative_path, GIT_FILTER_TO_ODB, fs::read_file(path)));
  }
  check(rc, fmt::format("write '{}' as a blob", relative_path));
  return to_id(oid);
}

std::string Repo::read_blob(const Id& id) const {
  const git_oid oid = to_oid(id);
  Blob blob;
  check(git_blob_lookup(out(blob), raw(), &oid), fmt::format("read blob {}", id));
  return {static_cast<const char*>(git_blob_rawcontent(blob.get())),
          static_cast<std::size_t>(git_blob_rawsize(blob.get()))};
}

std::string Repo::file_content(const std::string& relative_path, const Id& id) const {
  return filtered(raw(), relative_path, GIT_FILTER_TO_WORKTREE, read_blob(id));
}

Id Repo::edit_tree(const Id& base, std::vector<TreeEdit> edits) {
  std::stable_sort(edits.begin(), edits.end(),
                   [](const TreeEdit& a, const TreeEdit& b) { return a.path < b.path; });
  if (auto id = edit_level(base, edits, 0)) return *id;
  TreeBuilder empty;
  check(git_treebuilder_new(out(empty), raw(), nullptr), "write a tree");
  git_oid oid{};
  check(git_treebuilder_write(&oid, empty.get()), "write a tree");
  return to_id(oid);
}

namespace {

/// Throws for a tree as Git never writes it; libgit2 would lose memory over it.
void check_names(const git_tree* tree, const Id& id) {
  std::unordered_set<std::string_view> names;
  for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
    const std::string_view name = git_tree_entry_name(git_tree_entry_byindex(tree, i));
    if (!names.insert(name).second) {
      throw Error(Errc::git, fmt::format("tree {} has two entries of the name '{}'", id, name));
    }
  }
}

}  // namespace

/// The tree at one level; `edits` are sorted and share the first `prefix` bytes of their paths.
/// nullopt when nothing is left in it.
std::optional<Id> Repo::edit_level(const Id& base, const std::vector<TreeEdit>& edits,
                                   std::size_t prefix) {
  Tree tree;
  if (!base.empty()) {
    tree = open_tree(raw(), base);
    check_names(tree.get(), base);
  }
  TreeBuilder builder;
  check(git_treebuilder_new(out(builder), raw(), tree.get()), "write a tree");
  const auto drop = [&](const std::string& name) {
    if (git_treebuilder_get(builder.get(), name.c_str()) != nullptr) {
      check(git_treebuilder_remove(builder.get(), name.c_str()), "write a tree");
    }
  };
  const auto insert = [&](const std::string& name, const Id& id, std::uint32_t mode) {
    const git_oid oid = to_oid(id);
    check(git_treebuilder_insert(nullptr, builder.get(), name.c_str(), &oid,
                                 static_cast<git_filemode_t>(mode)),
          fmt::format("put '{}' into a tree", name));
  };
  for (std::size_t i = 0; i < edits.size();) {
    const std::string rest = edits[i].path.substr(prefix);
    const auto slash = rest.find('/');
    const std::string name = rest.substr(0, slash);
    if (slash == std::string::npos) {
      if (edits[i].id.empty()) {
        drop(name);
      } else {
        insert(name, edits[i].id, edits[i].mode);
      }
      ++i;
      continue;
    }
    std::vector<TreeEdit> below;
    const std::string folder = edits[i].path.substr(0, prefix + slash + 1);
    while (i < edits.size() && edits[i].path.starts_with(folder))
      below.push_back(edits[i++]);
    const git_tree_entry* present = git_treebuilder_get(builder.get(), name.c_str());
    const bool is_tree = present != nullptr && git_tree_entry_type(present) == GIT_OBJECT_TREE;
    const Id sub_base = is_tree ? to_id(*git_tree_entry_id(present)) : Id();
    if (const auto id = edit_level(sub_base, below, folder.size())) {
      insert(name, *id, GIT_FILEMODE_TREE);
    } else if (is_tree) {
      drop(name);
    }
  }
  if (git_treebuilder_entrycount(builder.get()) == 0) return std::nullopt;
  git_oid oid{};
  check(git_treebuilder_write(&oid, builder.get()), "write a tree");
  return to_id(oid);
}

std::vector<TreeEntry> Repo::list_tree(const Id& tree) const {
  Collected collected;
  const Tree opened = open_tree(raw(), tree);
  check(git_tree_walk(opened.get(), GIT_TREEWALK_PRE, &collect_entry, &collected), "list a tree");
  return std::move(collected.entries);
}

std::optional<TreeEntry> Repo::find_in_tree(const Id& tree, const std::string& path) const {
  const Tree opened = open_tree(raw(), tree);
  Handle<git_tree_entry, git_tree_entry_free> entry;
  const int rc = git_tree_entry_bypath(out(entry), opened.get(), path.c_str());
  if (rc == GIT_ENOTFOUND) return std::nullopt;
  check(rc, fmt::format("find '{}' in a tree", path));
  return TreeEntry{path, static_cast<std::uint32_t>(git_tree_entry_filemode(entry.get())),
                   to_id(*git_tree_entry_id(entry.get()))};
}

namespace {

bool is_folder(const git_tree_entry* entry) {
  return entry != nullptr && git_tree_entry_type(entry) == GIT_OBJECT_TREE;
}

bool is_same(const git_tree_entry* a, const git_tree_entry* b) {
  return a != nullptr && b != nullptr && git_tree_entry_filemode(a) == git_tree_entry_filemode(b) &&
         git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) != 0;
}

/// libgit2's own comparison visits every file of both trees, this only folders that differ.
class TreeComparison {
 public:
  explicit TreeComparison(git_repository* repo) : repo_(repo) {}

  /// Either may be null: a folder that is not there.
  void compare(const git_tree* from, const git_tree* to, const std::string& prefix) {
    for (std::size_t i = 0; to != nullptr && i < git_tree_entrycount(to); ++i) {
      const git_tree_entry* now = git_tree_entry_byindex(to, i);
      compare_entry(find(from, now), now, prefix);
    }
    for (std::size_t i = 0; from != nullptr && i < git_tree_entrycount(from); ++i) {
      const git_tree_entry* before = git_tree_entry_byindex(from, i);
      if (find(to, before) == nullptr) compare_entry(before, nullptr, prefix);
    }
  }

  std::vector<TreeEdit> sorted_edits() && {
    std::sort(edits_.begin(), edits_.end(),
              [](const TreeEdit& a, const TreeEdit& b) { return a.path < b.path; });
    return std::move(edits_);
  }

 private:
  static const git_tree_entry* find(const git_tree* tree, const git_tree_entry* like) {
    return tree == nullptr ? nullptr : git_tree_entry_byname(tree, git_tree_entry_name(like));
  }

  Tree open_folder(const git_tree_entry* entry) const {
    return is_folder(entry) ? open_tree(repo_, to_id(*git_tree_entry_id(entry))) : Tree();
  }

  void compare_entry(const git_tree_entry* before, const git_tree_entry* now,
                     const std::string& prefix) {
    if (is_same(before, now)) return;
    const std::string path = prefix + git_tree_entry_name(now != nullptr ? now : before);
    if (now != nullptr && !is_folder(now)) {
      edits_.push_back({path, static_cast<std::uint32_t>(git_tree_entry_filemode(now)),
                        to_id(*git_tree_entry_id(now))});
    } else if (before != nullptr && !is_folder(before)) {
      edits_.push_back({path, 0, ""});
    }
    if (!is_folder(before) && !is_folder(now)) return;
    compare(open_folder(before).get(), open_folder(now).get(), path + "/");
  }

  git_repository* repo_;
  std::vector<TreeEdit> edits_;
};

}  // namespace

std::vector<TreeEdit> Repo::diff_trees(const Id& from, const Id& to) const {
  TreeComparison comparison(raw());
  comparison.compare(open_tree(raw(), from).get(), open_tree(raw(), to).get(), "");
  return std::move(comparison).sorted_edits();
}

CommitInfo Repo::commit_info(const Id& commit) const {
  const Commit opened = open_commit(raw(), commit);
  CommitInfo info;
  info.id = commit;
  info.tree = to_id(*git_commit_tree_id(opened.get()));
  const bool has_parents = !std::binary_search(shallow_.begin(), shallow_.end(), commit);
  for (unsigned i = 0; has_parents && i < git_commit_parentcount(opened.get()); ++i) {
    info.parents.push_back(to_id(*git_commit_parent_id(opened.get(), i)));
  }
  info.author = from_git(*git_commit_author(opened.get()));
  info.committer = from_git(*git_commit_committer(opened.get()));
  info.message = git_commit_message_raw(opened.get());
  return info;
}

Id Repo::write_commit(const Id& tree, const std::vector<Id>& parents, const std::string& message,
                      const Signature& author, const Signature& committer) {
  std::string text = fmt::format("tree {}\n", tree);
  for (const auto& parent : parents)
    text += fmt::format("parent {}\n", parent);
  text += header_line("author", author) + header_line("committer", committer);
  const auto plain = plain_config();
  constexpr const char* encoding_key = "i18n.commitEncoding";
  const auto encoding = plain ? plain->get(encoding_key) : config(encoding_key);
  if (encoding) text += "encoding " + *encoding + "\n";
  // Written raw: libgit2 and git would complete the message with a line feed, DVC does not.
  text += "\n" + message;
  if (plain && plain->is_verbatim()) {
    const RawObject commit("commit", text);
    LooseObjects(fs::join(common_dir_, "objects")).write(commit);
    return to_id(commit.id());
  }
  Odb odb;
  check(git_repository_odb(out(odb), raw()), "open the object database");
  git_oid oid{};
  check(git_odb_write(&oid, odb.get(), text.data(), text.size(), GIT_OBJECT_COMMIT),
        "write a commit");
  return to_id(oid);
}

void Repo::sync_objects() { fs::sync_file_system(fs::join(common_dir_, "objects")); }

}  // namespace expcore::git
