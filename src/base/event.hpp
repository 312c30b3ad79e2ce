#pragma once
#include <string>
#include <utility>

#include <expcore/event.hpp>

namespace expcore {

/// A warning for whoever listens, if anybody does.
inline void tell_warning(const EventCallback& on_event, std::string text) {
  if (!on_event) return;
  Event event;
  event.kind = EventKind::warning;
  event.text = std::move(text);
  on_event(event);
}

}  // namespace expcore
