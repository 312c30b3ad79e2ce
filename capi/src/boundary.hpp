#pragma once
#include <algorithm>
#include <cstring>
#include <exception>
#include <expcore/exp.h>
#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <expcore/cancel.hpp>
#include <expcore/error.hpp>
#include <expcore/project.hpp>

struct exp_error {
  exp_status code;
  std::string message;
  std::string details;
};

struct exp_cancel {
  expcore::CancelToken token;
};

struct exp_project {
  explicit exp_project(expcore::Project given)
      : project(std::move(given)),
        root(project.root().string()),
        directory(project.directory().string()) {}

  expcore::Project project;
  std::string root;
  std::string directory;
};

struct exp_run_summary {
  expcore::RunSummary summary;
};

struct exp_names {
  std::vector<std::string> names;
};

/// The one place where C++ failures become C's.
namespace expcore::capi {

/// Stores the error in `*out` (when asked for) and returns `code`. Never throws.
inline exp_status fail(exp_error** out, exp_status code, const char* message,
                       const char* details = "") noexcept {
  try {
    if (out != nullptr) *out = new exp_error{code, message, details};
  } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory, *out stays NULL
  }
  return code;
}

/// Runs `body`; no exception leaves it. Every fallible exp_* function is one call of this.
template <typename Body>
exp_status guard(exp_error** out, Body&& body) noexcept {
  if (out != nullptr) *out = nullptr;
  try {
    body();
    return EXP_OK;
  } catch (const Error& e) {
    try {
      return fail(out, static_cast<exp_status>(e.code()), e.full_message().c_str(),
                  e.details().c_str());
    } catch (...) {
      return fail(out, static_cast<exp_status>(e.code()), e.what());
    }
  } catch (const std::exception& e) {
    return fail(out, EXP_ERR_INTERNAL, e.what());
  } catch (...) {
    return fail(out, EXP_ERR_INTERNAL, "unknown exception");
  }
}

/// Reads a caller's option struct of any age: fields it lacks stay zero, fields this library does
/// not know must be zero. Every option's default is zero.
template <typename T>
T read_options(const T* given) {
  T options{};
  if (given == nullptr) return options;
  const size_t size = given->struct_size;
  if (size < sizeof(size_t)) throw Error(Errc::invalid_argument, "struct_size is not set");
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  for (size_t i = sizeof(T); i < size; ++i) {
    if (bytes[i] != 0) throw Error(Errc::invalid_argument, "option not known to this version");
  }
  std::memcpy(&options, given, std::min(size, sizeof(T)));
  return options;
}

/// Throws Error{invalid_argument} for a NULL that is not allowed.
template <typename T>
T& require(T* pointer, const char* name) {
  if (pointer == nullptr) {
    throw Error(Errc::invalid_argument, std::string(name) + " must not be NULL");
  }
  return *pointer;
}

/// A NULL-terminated array of strings; NULL is an empty one.
std::vector<std::string> to_strings(const char* const* texts);

RunOptions to_run_options(const exp_run_options* given);

/// An event in C's form, its texts borrowed.
class NativeEvent {
 public:
  explicit NativeEvent(const Event& event);
  NativeEvent(const NativeEvent&) = delete;
  NativeEvent& operator=(const NativeEvent&) = delete;
  const exp_event& get() const { return native_; }

 private:
  std::vector<const char*> stages_;
  exp_event native_{};
};

/// Hands C++ events to a C callback (NULL: to nobody); a non-zero answer ends the operation.
EventCallback to_callback(exp_event_cb callback, void* user_data);

/// Puts questions to a C callback (NULL: to nobody); a non-zero result ends the operation.
std::function<bool(const std::string&)> to_confirm(exp_confirm_cb callback, void* user_data);

/// malloc()ed copy for the caller to exp_free().
char* copy_text(const std::string& text);

inline std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

/// Throws Error{invalid_argument} for bits that are not in `known`.
inline void check_flags(uint32_t flags, uint32_t known) {
  if ((flags & ~known) != 0) throw Error(Errc::invalid_argument, "flag not known to this version");
}

}  // namespace expcore::capi
