#pragma once
#include <string>

#include "fs/descriptor.hpp"

namespace expcore::run {

/// Tells everybody who waits on the queue in `folder` to look at the database again.
void ring(const std::string& folder);

/// Hears ring(), of this process and of others. On file systems without inotify events (network
/// ones) of other machines: nothing; who waits looks every second or so all the same.
/// Thread safety: confined.
class Bell {
 public:
  explicit Bell(const std::string& folder);
  int poll_fd() const { return events_.get(); }  ///< Readable once it has rung.
  void silence();                                ///< Forgets what has rung.

 private:
  fs::Descriptor events_;
};

}  // namespace expcore::run
