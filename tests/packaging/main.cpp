#include <cstdio>

#include <expcore/expcore.hpp>

int main() {
  std::printf("%s\n", expcore::version());
  try {
    expcore::Project::open("/proc");
  } catch (const expcore::Error& error) {
    // Caught by its type across the library's border.
    return error.code() == expcore::Errc::not_a_project ? 0 : 1;
  }
  return 1;
}
