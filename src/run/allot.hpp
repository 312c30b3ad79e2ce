#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "run/request.hpp"
#include "run/resources.hpp"

namespace expcore::run {

/// One stage, of whatever run, that holds its share of the machine or waits for it.
struct Ticket {
  Request request;
  bool holds = false;
  std::vector<std::string> gpus;  ///< Those that it holds.
};

struct Allotment {
  std::optional<Grant> grant;
  std::string lacks;  ///< Without a grant: what is taken, for people: "gpus, mutex 'db'".
};

/// Whether the ticket at `wanted`, which waits, gets its share now. `tickets` are in the order in
/// which they came.
///
/// Everyone decides for itself with this function, and as all see the same tickets, they agree:
/// whoever came first is served first, and who cannot be served does not keep those behind it from
/// what it does not need. But the first that cannot be served keeps all that it asks for, so that
/// small stages never starve a large one.
///
/// A stage that asks for more than there is gets all there is. One that does not say how many
/// processors it uses counts as one, and any number of these run at once while nobody has, or is
/// the first to wait for, processors that it asked for.
Allotment allot(const Capacity& capacity, const std::vector<Ticket>& tickets, std::size_t wanted);

}  // namespace expcore::run
