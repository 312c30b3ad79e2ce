#pragma once

namespace cli {

/// For commands that may make hundreds of thousands of small strings: the kernel is asked for a few
/// large pages instead of one fault for every 4096 bytes, and what is freed is used again.
void expect_much_memory();

}  // namespace cli
