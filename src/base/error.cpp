#include <expcore/error.hpp>
#include <fmt/format.h>

namespace expcore {

Error::Error(Errc code, const std::string& message)
    : std::runtime_error(message), code_(code), causes_{message} {}

Error::~Error() = default;
Error::Error(const Error&) = default;
Error& Error::operator=(const Error&) = default;

std::string Error::full_message() const { return fmt::format("{}", fmt::join(causes_, ": ")); }

void Error::add_context(std::string_view attempted) {
  causes_.insert(causes_.begin(), std::string(attempted));
}

Error& Error::with_details(std::string details) {
  details_ = std::move(details);
  return *this;
}

}  // namespace expcore
