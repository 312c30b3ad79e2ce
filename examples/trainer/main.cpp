// A trainer that runs its own sweep: it is the command of the project's stage and the program that
// queues the stage's experiments and shows them live.
//
//   trainer fit            fits a line to points: reads params.yaml, writes model.json and
//   metrics.json trainer sweep [JOBS]   tries four step sizes, JOBS at once, and applies the best;
//   Ctrl-C ends it, what was
//                          running is queued again and goes on with the next sweep
#include <cmath>
#include <csignal>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <expcore/expcore.hpp>

namespace {

// ---------------------------------------------------------------------------------------- the
// stage

double parameter(const std::string& name) {
  std::ifstream file("params.yaml");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(name + ": ", 0) == 0) return std::stod(line.substr(name.size() + 2));
  }
  throw std::runtime_error("params.yaml lacks " + name);
}

struct Line {
  double slope = 0;
  double height = 0;
};

/// One step down the gradient of the mean square error; returns the error before it.
double descend(Line& line, double step) {
  constexpr int points = 100;
  double loss = 0;
  Line gradient;
  for (int i = 0; i < points; ++i) {
    const double x = i / double(points);
    const double noise = 0.05 * std::sin(37.0 * i);
    const double error = line.slope * x + line.height - (3 * x + 1 + noise);
    loss += error * error / points;
    gradient.slope += 2 * error * x / points;
    gradient.height += 2 * error / points;
  }
  line.slope -= step * gradient.slope;
  line.height -= step * gradient.height;
  return loss;
}

int fit() {
  const double step = parameter("step");
  const int epochs = static_cast<int>(parameter("epochs"));
  Line line;
  double loss = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    loss = descend(line, step);
    if (epoch % 10 == 0) std::cout << "epoch " << epoch << " loss " << loss << std::endl;
    if (!std::isfinite(loss) || loss > 1e6) {
      std::cout << "diverged" << std::endl;
      return 1;
    }
  }
  std::ofstream("model.json") << "{\"slope\": " << line.slope << ", \"height\": " << line.height
                              << "}\n";
  std::ofstream("metrics.json") << "{\"loss\": " << loss << "}\n";
  return 0;
}

// ---------------------------------------------------------------------------------------- the
// sweep

// A signal handler has nothing else to reach it by; request() is what it may call.
expcore::CancelToken stop;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// Prints what happens, the last line that each task wrote included.
class Board {
 public:
  void operator()(const expcore::QueueEvent& event) {
    const auto& task = *event.task;
    if (event.kind == expcore::QueueEventKind::task_started) {
      std::cout << task.name << ": started" << std::endl;
    } else if (event.kind == expcore::QueueEventKind::task_finished) {
      const bool success = task.state == expcore::TaskState::success;
      std::cout << task.name << ": " << (success ? "done" : task.reason) << std::endl;
    } else if (event.event->kind == expcore::EventKind::output) {
      take(task.name, event.event->text);
    }
  }

 private:
  /// Output comes in pieces that need not be lines.
  void take(const std::string& name, const std::string& text) {
    std::string& begun = begun_[name];
    begun += text;
    const auto end = begun.rfind('\n');
    if (end == std::string::npos) return;
    const auto begin = end == 0 ? std::string::npos : begun.rfind('\n', end - 1);
    const auto from = begin == std::string::npos ? 0 : begin + 1;
    std::cout << name << ": " << begun.substr(from, end - from) << std::endl;
    begun.erase(0, end + 1);
  }

  std::map<std::string, std::string> begun_;
};

expcore::Project open_project() {
  try {
    return expcore::Project::open(".");
  } catch (const expcore::Error& error) {
    if (error.code() != expcore::Errc::not_a_project) throw;
    return expcore::Project::init(".");
  }
}

/// The experiment with the least loss of those that `tasks` made; "" when none succeeded.
std::string best_of(const expcore::Project& project, const std::vector<expcore::QueueTask>& tasks) {
  std::map<std::string, std::string> names;
  for (const auto& task : tasks) {
    const auto now = project.queue().find(task.id);
    if (now && now->state == expcore::TaskState::success) names.emplace(now->commit, now->name);
  }
  std::string best;
  double least = std::numeric_limits<double>::infinity();
  for (const auto& row : project.experiments().show()) {
    const auto name = names.find(row.rev);
    if (name == names.end()) continue;
    for (const auto& metric : row.metrics) {
      if (metric.key != "loss" || metric.value.number >= least) continue;
      least = metric.value.number;
      best = name->second;
    }
  }
  if (!best.empty()) std::cout << "best: " << best << " with a loss of " << least << std::endl;
  return best;
}

int sweep(std::uint32_t jobs) {
  std::signal(SIGINT, [](int) { stop.request(); });
  const auto project = open_project();
  const auto queue = project.queue();
  expcore::QueueAddOptions options;
  options.set_params = {"step=0.05,0.2,0.5,5"};
  const auto tasks = queue.add(options);
  expcore::QueueRunOptions run;
  run.cancel = stop;
  run.on_event = Board();
  queue.run(expcore::Executor::local({.jobs = jobs}), run);
  const std::string best = best_of(project, tasks);
  if (best.empty()) return 1;
  project.experiments().apply(best);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (!arguments.empty() && arguments[0] == "fit") return fit();
    if (!arguments.empty() && arguments[0] == "sweep") {
      return sweep(arguments.size() > 1 ? static_cast<std::uint32_t>(std::stoul(arguments[1])) : 1);
    }
  } catch (const expcore::Error& error) {
    std::cerr << "trainer: " << error.full_message() << '\n';
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "trainer: " << error.what() << '\n';
    return 1;
  }
  std::cerr << "usage: trainer fit | trainer sweep [JOBS]\n";
  return 2;
}
