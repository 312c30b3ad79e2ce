#include <algorithm>
#include <future>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/convert.hpp"
#include "git/index_edit.hpp"
#include "git/loose_objects.hpp"
#include "git/mode.hpp"
#include "git/repo.hpp"

/// Repositories that borrow from another one, and work trees that are made to equal a tree.
namespace expcore::git {
namespace {

/// The lender's settings count here, too, but not those that say where or what its work tree is.
std::string borrowing_config(const Repo& lender) {
  return fmt::format(
      "[include]\n\tpath = \"{}\"\n[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n"
      "\tbare = false\n\tlogallrefupdates = true\n\tsparseCheckout = false\n"
      "\tfsmonitor = false\n\tworktree = ..\n[gc]\n\tauto = 0\n",
      fs::join(lender.common_dir(), "config"));
}

git_checkout_options forced_checkout() {
  git_checkout_options options{};
  git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
  options.checkout_strategy = GIT_CHECKOUT_FORCE;
  return options;
}

Tree tree_of(git_repository* repo, const Id& id) {
  const git_oid oid = to_oid(id);
  Tree tree;
  check(git_tree_lookup(out(tree), repo, &oid), fmt::format("read tree {}", id));
  return tree;
}

}  // namespace

Repo Repo::init_borrowing(const std::string& path, const Repo& lender) {
  const std::string git_dir = fs::join(path, ".git");
  for (const char* folder : {"objects/info", "objects/pack", "refs/heads", "info"}) {
    fs::make_directories(fs::join(git_dir, folder));
  }
  fs::write_atomic(fs::join(git_dir, "objects/info/alternates"),
                   fs::join(lender.common_dir(), "objects") + "\n");
  fs::write_atomic(fs::join(git_dir, "config"), borrowing_config(lender));
  const std::string head = fs::join(git_dir, "HEAD");
  if (!fs::exists(head)) fs::write_atomic(head, "ref: refs/heads/main\n");
  if (const auto shallow = fs::read_file_if_exists(fs::join(lender.common_dir(), "shallow"))) {
    fs::write_atomic(fs::join(git_dir, "shallow"), *shallow);
  }
  return discover(path);
}

bool Repo::has_object(const Id& id) const {
  const git_oid oid = to_oid(id);
  Odb odb;
  check(git_repository_odb(out(odb), raw()), "open the object database");
  return git_odb_exists(odb.get(), &oid) != 0;
}

void Repo::write_objects_to(const Repo& lender) {
  is_plain_ = false;
  Odb odb;
  check(git_odb_open(out(odb), fs::join(lender.common_dir(), "objects").c_str()),
        "open the object database");
  check(git_odb_add_disk_alternate(odb.get(), fs::join(common_dir_, "objects").c_str()),
        "open the object database");
  check(git_repository_set_odb(raw(), odb.get()), "open the object database");
}

void Repo::copy_object(const Repo& from, const Id& id) {
  if (has_object(id)) return;
  const git_oid oid = to_oid(id);
  Odb source;
  check(git_repository_odb(out(source), from.raw()), "open the object database");
  Handle<git_odb_object, git_odb_object_free> object;
  check(git_odb_read(out(object), source.get(), &oid), fmt::format("read object {}", id));
  Odb target;
  check(git_repository_odb(out(target), raw()), "open the object database");
  git_oid written{};
  check(git_odb_write(&written, target.get(), git_odb_object_data(object.get()),
                      git_odb_object_size(object.get()), git_odb_object_type(object.get())),
        fmt::format("write object {}", id));
}

void Repo::checkout_tree(const Id& tree) {
  const Tree target = tree_of(raw(), tree);
  git_checkout_options options = forced_checkout();
  Index index;
  check(git_repository_index(out(index), raw()), "open the index");
  check(git_index_read(index.get(), 1), "read the index");
  options.baseline_index = index.get();
  check(git_checkout_tree(raw(), reinterpret_cast<git_object*>(target.get()), &options),
        "check out a tree");
}

namespace {

/// Writes `edits`, which is what differs between two trees, into the work tree.
void switch_files(git_repository* repo, const Id& from, const Id& to, std::vector<TreeEdit> edits,
                  unsigned strategy) {
  const Tree baseline = tree_of(repo, from);
  const Tree target = tree_of(repo, to);
  git_checkout_options options = forced_checkout();
  options.checkout_strategy |= GIT_CHECKOUT_DISABLE_PATHSPEC_MATCH | strategy;
  options.baseline = baseline.get();
  std::vector<char*> paths;
  for (auto& edit : edits)
    paths.push_back(edit.path.data());
  options.paths = {paths.data(), paths.size()};
  check(git_checkout_tree(repo, reinterpret_cast<git_object*>(target.get()), &options),
        "check out a tree");
}

/// While it lives libgit2 neither reads nor writes the index of a repository. It takes far longer
/// for that than for the files of a few changes.
class WithoutIndex {
 public:
  explicit WithoutIndex(git_repository* repo) : repo_(repo) {
    Index empty;
    check(git_index_new(out(empty)), "make an index");
    check(git_repository_set_index(repo_, empty.get()), "make an index");
  }
  ~WithoutIndex() { git_repository_set_index(repo_, nullptr); }
  WithoutIndex(const WithoutIndex&) = delete;
  WithoutIndex& operator=(const WithoutIndex&) = delete;

 private:
  git_repository* repo_;
};

/// As switch_files(), without libgit2's index; the bytes of `index` after it.
std::string switch_without_index(git_repository* repo, const IndexFile& index, const Id& from,
                                 const Id& to, const std::vector<TreeEdit>& edits,
                                 const std::string& workdir, unsigned strategy = 0) {
  {
    const WithoutIndex without(repo);
    switch_files(repo, from, to, edits,
                 GIT_CHECKOUT_DONT_UPDATE_INDEX | GIT_CHECKOUT_NO_REFRESH | strategy);
  }
  return edit_index(index, edits, workdir);
}

}  // namespace

void Repo::switch_tree(const Id& from, const Id& to) {
  if (from == to) return;
  const auto edits = diff_trees(from, to);
  const bool has_submodule = std::any_of(edits.begin(), edits.end(), [](const TreeEdit& edit) {
    return edit.mode == GIT_FILEMODE_COMMIT;
  });
  const std::string path = fs::join(git_dir_, "index");
  const auto index = IndexFile::read(path);
  if (!index) {
    throw Error(Errc::git, fmt::format("'{}' is not there, damaged or out of the ordinary", path));
  }
  if (has_submodule || !is_editable(*index)) {
    switch_files(raw(), from, to, edits, 0);
    return;
  }
  auto is_undamaged = std::async(std::launch::async, [&] { return index->is_undamaged(); });
  const std::string edited = switch_without_index(raw(), *index, from, to, edits, workdir_);
  if (!is_undamaged.get()) throw Error(Errc::git, fmt::format("'{}' is damaged", path));
  fs::write_atomic(path, edited);
}

std::optional<std::vector<std::string>> Repo::restore_files(const Id& tree) {
  const std::string path = fs::join(git_dir_, "index");
  const auto index = IndexFile::read(path);
  if (!index || !is_editable(*index) || index->has_submodules()) return std::nullopt;
  auto is_undamaged = std::async(std::launch::async, [&] { return index->is_undamaged(); });
  const auto suspects = index->few_suspects(workdir_);
  if (!suspects) return std::nullopt;
  std::vector<TreeEdit> edits;
  for (const std::size_t i : *suspects) {
    const auto& entry = index->entries()[i];
    const auto stat = fs::stat(fs::join(workdir_, entry.path), fs::Follow::no);
    if (stat && stat->kind == fs::Kind::directory) return std::nullopt;
    edits.push_back({std::string(entry.path), entry.mode, to_id(entry.id)});
  }
  if (!is_undamaged.get()) return std::nullopt;
  if (!edits.empty()) {
    for (const auto& edit : edits)
      fs::remove(fs::join(workdir_, edit.path));
    fs::write_atomic(path, switch_without_index(raw(), *index, tree, tree, edits, workdir_,
                                                GIT_CHECKOUT_RECREATE_MISSING));
  }
  std::vector<std::string> paths;
  paths.reserve(index->entries().size());
  for (const auto& entry : index->entries())
    paths.emplace_back(entry.path);
  return paths;
}

namespace {

/// Whether `edit` gives a file of the work tree another content and nothing else.
bool is_content_only(const TreeEdit& edit, const std::string& workdir) {
  if (edit.mode != file_mode && edit.mode != executable_mode) return false;
  const auto stat = fs::stat(fs::join(workdir, edit.path), fs::Follow::no);
  return stat && stat->kind == fs::Kind::file && mode_in_git(*stat) == edit.mode &&
         are_real_folders(folders_above(edit.path), workdir);
}

}  // namespace

void Repo::switch_workdir(const Id& from, const Id& to) {
  if (from == to) return;
  std::vector<TreeEdit> others;
  for (auto& edit : diff_trees(from, to)) {
    if (is_content_only(edit, workdir_)) {
      fs::write_atomic(fs::join(workdir_, edit.path), file_content(edit.path, edit.id));
    } else {
      others.push_back(std::move(edit));
    }
  }
  if (others.empty()) return;  // no path would mean all of them
  switch_files(raw(), from, to, std::move(others), GIT_CHECKOUT_DONT_UPDATE_INDEX);
}

void Repo::detach_head(const Id& commit) {
  fs::write_atomic(fs::join(git_dir_, "HEAD"), commit + "\n");
}

}  // namespace expcore::git
