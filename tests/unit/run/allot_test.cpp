#include "run/allot.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "yaml/reader.hpp"

using namespace expcore;
using run::allot;
using run::Capacity;
using run::Request;
using run::Ticket;

namespace {

Ticket asks(const std::string& members) {
  return {run::parse_request(yaml::parse_yaml("expcore: {" + members + "}"), "s"), false, {}};
}

Ticket holds(const std::string& members, std::vector<std::string> gpus = {}) {
  Ticket ticket = asks(members);
  ticket.holds = true;
  ticket.gpus = std::move(gpus);
  return ticket;
}

Capacity machine() {
  Capacity capacity;
  capacity.cpus = 4;
  capacity.memory = 1000;
  capacity.gpus = {"a", "b"};
  capacity.tokens = {{"licence", 2}};
  return capacity;
}

/// Of the last ticket: its GPUs or what it lacks.
std::string outcome(const std::vector<Ticket>& tickets) {
  const auto allotment = allot(machine(), tickets, tickets.size() - 1);
  if (!allotment.grant) return "lacks " + allotment.lacks;
  std::string text = "gets";
  for (const auto& id : allotment.grant->gpus)
    text += " " + id;
  return text;
}

}  // namespace

TEST_SUITE("run/allot") {
  TEST_CASE("what one holds another lacks") {
    CHECK(outcome({asks("gpus: 1")}) == "gets a");
    CHECK(outcome({holds("gpus: 1", {"a"}), asks("gpus: 1")}) == "gets b");
    CHECK(outcome({holds("gpus: 1", {"b"}), asks("gpus: 2")}) == "lacks gpus");
    CHECK(outcome({holds("memory: 600"), asks("memory: 500")}) == "lacks memory");
    CHECK(outcome({holds("cpus: 3"), asks("cpus: 1")}) == "gets");
    CHECK(outcome({holds("cpus: 3"), asks("cpus: 1.5")}) == "lacks cpus");
    CHECK(outcome({holds("tokens: {licence: 2}, mutex: db"),
                   asks("tokens: {licence: 1}, mutex: [port, db]")}) ==
          "lacks token 'licence', mutex 'db'");
    CHECK(outcome({holds("mutex: db"), asks("mutex: port")}) == "gets");
  }
  TEST_CASE("who came first is served first") {
    CHECK(outcome({asks("gpus: 1"), asks("gpus: 1")}) == "gets b");
    CHECK(outcome({asks("gpus: 1"), asks("gpus: 1"), asks("gpus: 1")}) == "lacks gpus");
    CHECK(outcome({asks("mutex: db"), asks("mutex: db")}) == "lacks mutex 'db'");
  }
  TEST_CASE("the first that waits keeps what it needs from those behind it, nothing else") {
    CHECK(outcome({holds("gpus: 1", {"a"}), asks("gpus: 2"), asks("gpus: 1")}) == "lacks gpus");
    CHECK(outcome({holds("gpus: 1", {"a"}), asks("gpus: 2"), asks("memory: 1")}) == "gets");
    CHECK(outcome({holds("cpus: 2"), asks("cpus: 4"), asks("cpus: 1")}) == "lacks cpus");
    CHECK(outcome({holds("mutex: x"), asks("mutex: [x, y]"), asks("mutex: y")}) ==
          "lacks mutex 'y'");
    // The second one that waits keeps nothing yet: its turn comes.
    CHECK(outcome({holds("gpus: 2", {"a", "b"}), asks("gpus: 1"), asks("gpus: 1, memory: 1000"),
                   asks("memory: 1000")}) == "gets");
  }
  TEST_CASE("a later one that holds is in the way of an earlier one") {
    const std::vector<Ticket> tickets = {asks("gpus: 2"), holds("gpus: 1", {"b"})};
    CHECK_FALSE(allot(machine(), tickets, 0).grant);
  }
  TEST_CASE("more than there is means all there is") {
    CHECK(outcome({asks("cpus: 64, gpus: 8, memory: 1TiB, tokens: {licence: 9, none: 1}")}) ==
          "gets a b");
    CHECK(outcome({holds("cpus: 1"), asks("cpus: 64")}) == "lacks cpus");
  }
  TEST_CASE("stages that do not say what they use are limited by the number of jobs alone") {
    const std::vector<Ticket> many(9, holds(""));
    auto tickets = many;
    tickets.push_back(asks(""));
    CHECK(outcome(tickets) == "gets");
    tickets.back() = asks("cpus: 1");
    CHECK(outcome(tickets) == "lacks cpus");
    // Nor do they starve one that says it.
    tickets.push_back(asks(""));
    CHECK(outcome(tickets) == "lacks cpus");
    CHECK(outcome({holds("cpus: 4"), asks("")}) == "lacks cpus");
    CHECK(outcome({holds("cpus: 4"), asks("cpus: 0")}) == "gets");
    CHECK(outcome({holds("cpus: 3"), asks("")}) == "gets");
  }
  TEST_CASE("shares of a processor fill it") {
    std::vector<Ticket> tickets(39, holds("cpus: 0.1"));
    tickets.push_back(asks("cpus: 0.1"));
    CHECK(outcome(tickets) == "gets");
    tickets.back().holds = true;
    tickets.push_back(asks("cpus: 0.1"));
    CHECK(outcome(tickets) == "lacks cpus");
  }
}

namespace {

/// Stages that come, are served and end at random; each step checks that nothing is given twice.
class Simulation {
 public:
  explicit Simulation(unsigned seed) : random_(seed) {}

  void run() {
    for (int step = 0; step < 150; ++step) {
      if (pick(2) == 0 && tickets_.size() < 10) {
        come();
      } else if (pick(2) == 0) {
        leave();
      }
      serve();
      check_account();
      check_first_is_not_overtaken();
    }
    // All that hold something end: the rest is served in the end.
    for (std::size_t left = tickets_.size(); !tickets_.empty(); --left) {
      REQUIRE(left > 0);
      leave();
      serve();
    }
  }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  void come() {
    Request request;
    if (pick(2) == 0) {
      request.says_cpus = true;
      request.cpus = 0.5 * pick(12);
    }
    if (pick(2) == 0) request.gpus = pick(4);
    if (pick(3) == 0) request.memory = 100 * pick(12);
    if (pick(3) == 0) request.tokens["licence"] = pick(4);
    if (pick(3) == 0) request.mutexes.emplace_back(pick(2) == 0 ? "db" : "port");
    tickets_.push_back({request, false, {}});
    numbers_.push_back(next_number_++);
  }

  /// One that holds something, or one that gives up waiting.
  void leave() {
    if (tickets_.empty()) return;
    std::vector<std::size_t> holders;
    for (std::size_t i = 0; i < tickets_.size(); ++i) {
      if (tickets_[i].holds) holders.push_back(i);
    }
    REQUIRE_FALSE(holders.empty());  // else nobody is ever served
    const auto chosen = holders[static_cast<std::size_t>(pick(static_cast<int>(holders.size())))];
    tickets_.erase(tickets_.begin() + static_cast<std::ptrdiff_t>(chosen));
    numbers_.erase(numbers_.begin() + static_cast<std::ptrdiff_t>(chosen));
  }

  /// In a random order, as processes wake up: the outcome is the same.
  void serve() {
    std::vector<std::size_t> order(tickets_.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    const auto before = tickets_;
    const auto granted = serve_in(order);
    tickets_ = before;
    std::shuffle(order.begin(), order.end(), random_);
    CHECK(serve_in(order) == granted);
  }

  std::map<std::size_t, std::vector<std::string>> serve_in(const std::vector<std::size_t>& order) {
    std::map<std::size_t, std::vector<std::string>> granted;
    for (const auto i : order) {
      if (tickets_[i].holds) continue;
      auto allotment = allot(capacity_, tickets_, i);
      if (!allotment.grant) continue;
      tickets_[i].holds = true;
      tickets_[i].gpus = allotment.grant->gpus;
      granted.emplace(i, allotment.grant->gpus);
    }
    return granted;
  }

  void check_account() const {
    bool right = true;
    double cpus = 0;
    bool says = false;
    std::int64_t memory = 0;
    std::int64_t tokens = 0;
    std::set<std::string> gpus;
    std::set<std::string> mutexes;
    for (const auto& ticket : tickets_) {
      if (!ticket.holds) continue;
      const Request& request = ticket.request;
      cpus += std::min(request.cpus, capacity_.cpus);
      says = says || (request.says_cpus && request.cpus > 0);
      memory += std::min(request.memory, capacity_.memory);
      if (request.tokens.contains("licence")) {
        tokens += std::min(request.tokens.at("licence"), capacity_.tokens.at("licence"));
      }
      right =
          right && std::ssize(ticket.gpus) == std::min(request.gpus, std::ssize(capacity_.gpus));
      for (const auto& id : ticket.gpus)
        right = right && gpus.insert(id).second;
      for (const auto& name : request.mutexes)
        right = right && mutexes.insert(name).second;
    }
    CHECK(right);
    if (says) CHECK(cpus <= capacity_.cpus);
    CHECK(memory <= capacity_.memory);
    CHECK(tokens <= capacity_.tokens.at("licence"));
  }

  /// Once it is the first that waits, only those that held something then are in its way.
  void check_first_is_not_overtaken() {
    const auto first = std::find_if(tickets_.begin(), tickets_.end(),
                                    [](const Ticket& ticket) { return !ticket.holds; });
    if (first == tickets_.end()) {
      first_ = 0;
      return;
    }
    const auto number = numbers_[static_cast<std::size_t>(first - tickets_.begin())];
    if (number != first_) {
      first_ = number;
      in_the_way_.clear();
      for (std::size_t i = 0; i < tickets_.size(); ++i) {
        if (tickets_[i].holds) in_the_way_.insert(numbers_[i]);
      }
      return;
    }
    auto alone = std::vector<Ticket>{*first};
    for (std::size_t i = 0; i < tickets_.size(); ++i) {
      if (tickets_[i].holds && in_the_way_.contains(numbers_[i])) alone.push_back(tickets_[i]);
    }
    CHECK_MESSAGE(!allot(capacity_, alone, 0).grant, "kept waiting by those that came later");
  }

  std::mt19937 random_;
  Capacity capacity_ = machine();
  std::vector<Ticket> tickets_;
  std::vector<int> numbers_;
  int next_number_ = 1;
  int first_ = 0;
  std::set<int> in_the_way_;
};

}  // namespace

TEST_CASE("at random: nothing is given twice, nobody starves, whoever decides") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Simulation(seed).run();
  }
}
