#pragma once
#include <string>

#include "config/config.hpp"

namespace expcore::remote {

/// A remote that is a folder of this machine: a local path or a mounted file system.
struct Location {
  std::string name;
  std::string root;  ///< Absolute; `files/md5/…`, legacy objects and `runs/` are below it.
  bool group_shared = false;
};

/// The remote `name` ("": `core.remote`) of a configuration. `project` and `command` are for the
/// message when none is set. `remote://other/sub` is followed.
/// Throws: Error{config} "config file error: no remote specified in …", "config file error: remote
/// '<name>' doesn't exist", and for one that is no folder an error that names it and says what can
/// be used.
Location locate(const config::Config& config, const std::string& project, const std::string& name,
                const std::string& command = "<command>");

}  // namespace expcore::remote
