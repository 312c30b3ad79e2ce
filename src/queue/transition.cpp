#include "queue/transition.hpp"

#include <algorithm>
#include <array>

namespace expcore::queue {
namespace {

using State = TaskState;
using Event = TaskEvent;

constexpr std::array table = {
    Transition{State::queued, Event::hold, State::held},
    Transition{State::queued, Event::start, State::running},
    Transition{State::queued, Event::block, State::failed},
    Transition{State::queued, Event::remove, std::nullopt},
    Transition{State::held, Event::release, State::queued},
    Transition{State::held, Event::block, State::failed},
    Transition{State::held, Event::remove, std::nullopt},
    Transition{State::running, Event::succeed, State::success},
    Transition{State::running, Event::fail, State::failed},
    Transition{State::running, Event::try_again, State::queued},
    Transition{State::success, Event::requeue, State::queued},
    Transition{State::success, Event::remove, std::nullopt},
    Transition{State::failed, Event::retry, State::queued},
    Transition{State::failed, Event::requeue, State::queued},
    Transition{State::failed, Event::remove, std::nullopt},
};

constexpr std::array<std::string_view, 6> state_texts = {"",        "queued",  "held",
                                                         "running", "success", "failed"};
constexpr std::array<std::string_view, 10> event_texts = {"hold",    "release",   "start", "finish",
                                                          "fail",    "try again", "block", "retry",
                                                          "requeue", "remove"};

}  // namespace

std::span<const Transition> transitions() { return table; }

const Transition* find_transition(TaskState from, TaskEvent event) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Transition& entry) {
    return entry.from == from && entry.event == event;
  });
  return found == table.end() ? nullptr : &*found;
}

std::string_view to_text(TaskState state) {
  return state_texts.at(static_cast<std::size_t>(state));
}
std::string_view to_text(TaskEvent event) {
  return event_texts.at(static_cast<std::size_t>(event));
}

}  // namespace expcore::queue
