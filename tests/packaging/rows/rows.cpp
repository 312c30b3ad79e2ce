// Runs an experiment of the project here and prints the table of experiments: rows.c, rows.py and
// rust/ do the same.
#include <iostream>
#include <string>
#include <vector>

#include <expcore/expcore.hpp>

namespace {

void print(const std::vector<expcore::NamedValue>& values) {
  for (const auto& [file, key, value] : values) {
    std::cout << "  " << file << ':' << key << '=' << value.text << '\n';
  }
}

}  // namespace

int main() {
  const auto project = expcore::Project::open(".");
  const auto experiments = project.experiments();
  expcore::ExperimentRunOptions options;
  options.name = "same";
  options.set_params = {"train.epochs=1"};
  experiments.run(options);
  for (const auto& row : experiments.show()) {
    std::cout << static_cast<int>(row.kind) << ' ' << row.name << '\n';
    print(row.metrics);
    print(row.params);
  }
}
