#pragma once
#include <atomic>

namespace expcore {

/// A shared library that is loaded when one of its functions is first called, and kept: programs
/// that never get there do not pay for it and everything it needs in turn.
/// Thread safety: thread-safe.
class LateLibrary {
 public:
  /// `file` is the library's soname and must live as long as this.
  explicit constexpr LateLibrary(const char* file) : file_(file) {}
  LateLibrary(const LateLibrary&) = delete;
  LateLibrary& operator=(const LateLibrary&) = delete;

  /// Throws: Error{internal} with the dynamic linker's words when library or symbol is missing.
  void* symbol(const char* name);

 private:
  const char* file_;
  std::atomic<void*> handle_ = nullptr;
};

/// A function of a LateLibrary, called like the function itself.
template <typename Function>
class LateFunction;

template <typename Result, typename... Args>
class LateFunction<Result(Args...)> {
 public:
  constexpr LateFunction(LateLibrary& library, const char* name) : library_(library), name_(name) {}
  LateFunction(const LateFunction&) = delete;
  LateFunction& operator=(const LateFunction&) = delete;

  Result operator()(Args... args) const {
    void* found = found_.load(std::memory_order_acquire);
    if (found == nullptr) {
      found = library_.symbol(name_);
      found_.store(found, std::memory_order_release);
    }
    return reinterpret_cast<Result (*)(Args...)>(found)(args...);
  }

 private:
  LateLibrary& library_;
  const char* name_;
  mutable std::atomic<void*> found_ = nullptr;
};

}  // namespace expcore
