#pragma once
#include <git2.h>
#include <git2/sys/repository.h>

/// libgit2, loaded when a function of it is first called: with what it needs in turn it takes
/// longer to load than everything else a run with nothing to do does (docs/decisions/start-up.md).
///
/// In namespace expcore::git the names below stand for the functions of the same name. A function
/// that is not listed works all the same, but has libgit2 loaded at start-up again; a test tells.
#ifdef EXPCORE_LATE_LIBGIT2
#include "base/late_library.hpp"

namespace expcore::git {

inline constinit LateLibrary libgit2(EXPCORE_LATE_LIBGIT2);  // NOLINT: what the linker would keep

// NOLINTNEXTLINE
#define EXPCORE_LATE(name) inline constinit LateFunction<decltype(::name)> name(libgit2, #name);
EXPCORE_LATE(git_blob_create_from_buffer)
EXPCORE_LATE(git_blob_create_from_workdir)
EXPCORE_LATE(git_blob_free)
EXPCORE_LATE(git_blob_lookup)
EXPCORE_LATE(git_blob_rawcontent)
EXPCORE_LATE(git_blob_rawsize)
EXPCORE_LATE(git_checkout_options_init)
EXPCORE_LATE(git_checkout_tree)
EXPCORE_LATE(git_commit_author)
EXPCORE_LATE(git_commit_committer)
EXPCORE_LATE(git_commit_free)
EXPCORE_LATE(git_commit_lookup)
EXPCORE_LATE(git_commit_message_raw)
EXPCORE_LATE(git_commit_parent_id)
EXPCORE_LATE(git_commit_parentcount)
EXPCORE_LATE(git_commit_tree_id)
EXPCORE_LATE(git_config_free)
EXPCORE_LATE(git_config_get_string)
EXPCORE_LATE(git_diff_free)
EXPCORE_LATE(git_diff_get_delta)
EXPCORE_LATE(git_diff_index_to_workdir)
EXPCORE_LATE(git_diff_num_deltas)
EXPCORE_LATE(git_diff_options_init)
EXPCORE_LATE(git_diff_tree_to_index)
EXPCORE_LATE(git_diff_tree_to_tree)
EXPCORE_LATE(git_error_last)
EXPCORE_LATE(git_ignore_path_is_ignored)
EXPCORE_LATE(git_index_add)
EXPCORE_LATE(git_index_add_bypath)
EXPCORE_LATE(git_index_entrycount)
EXPCORE_LATE(git_index_find)
EXPCORE_LATE(git_index_find_prefix)
EXPCORE_LATE(git_index_free)
EXPCORE_LATE(git_index_get_byindex)
EXPCORE_LATE(git_index_open)
EXPCORE_LATE(git_index_read)
EXPCORE_LATE(git_index_remove_bypath)
EXPCORE_LATE(git_index_write)
EXPCORE_LATE(git_index_write_tree_to)
EXPCORE_LATE(git_libgit2_init)
EXPCORE_LATE(git_libgit2_shutdown)
EXPCORE_LATE(git_object_free)
EXPCORE_LATE(git_object_id)
EXPCORE_LATE(git_object_peel)
EXPCORE_LATE(git_odb_add_disk_alternate)
EXPCORE_LATE(git_odb_exists)
EXPCORE_LATE(git_odb_free)
EXPCORE_LATE(git_odb_object_data)
EXPCORE_LATE(git_odb_object_free)
EXPCORE_LATE(git_odb_object_size)
EXPCORE_LATE(git_odb_object_type)
EXPCORE_LATE(git_odb_open)
EXPCORE_LATE(git_odb_read)
EXPCORE_LATE(git_odb_write)
EXPCORE_LATE(git_oid_fromstr)
EXPCORE_LATE(git_oid_tostr)
EXPCORE_LATE(git_repository_commondir)
EXPCORE_LATE(git_repository_config_snapshot)
EXPCORE_LATE(git_repository_free)
EXPCORE_LATE(git_repository_index)
EXPCORE_LATE(git_repository_init_ext)
EXPCORE_LATE(git_repository_init_options_init)
EXPCORE_LATE(git_repository_is_bare)
EXPCORE_LATE(git_repository_odb)
EXPCORE_LATE(git_repository_open_ext)
EXPCORE_LATE(git_repository_path)
EXPCORE_LATE(git_repository_set_odb)
EXPCORE_LATE(git_repository_workdir)
EXPCORE_LATE(git_revparse_single)
EXPCORE_LATE(git_signature_free)
EXPCORE_LATE(git_status_byindex)
EXPCORE_LATE(git_status_list_entrycount)
EXPCORE_LATE(git_status_list_free)
EXPCORE_LATE(git_status_list_new)
EXPCORE_LATE(git_status_options_init)
EXPCORE_LATE(git_tree_entry_bypath)
EXPCORE_LATE(git_tree_entry_filemode)
EXPCORE_LATE(git_tree_entry_free)
EXPCORE_LATE(git_tree_entry_id)
EXPCORE_LATE(git_tree_entry_name)
EXPCORE_LATE(git_tree_entry_type)
EXPCORE_LATE(git_tree_free)
EXPCORE_LATE(git_tree_lookup)
EXPCORE_LATE(git_tree_walk)
EXPCORE_LATE(git_treebuilder_entrycount)
EXPCORE_LATE(git_treebuilder_free)
EXPCORE_LATE(git_treebuilder_get)
EXPCORE_LATE(git_treebuilder_insert)
EXPCORE_LATE(git_treebuilder_new)
EXPCORE_LATE(git_treebuilder_remove)
EXPCORE_LATE(git_treebuilder_write)
#undef EXPCORE_LATE

}  // namespace expcore::git
#endif
