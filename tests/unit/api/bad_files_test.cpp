// What commands that read params, metrics and plots say to files that are no such files. Nothing
// here may hang, take much memory or write.
#include <functional>
#include <map>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <expcore/metrics.hpp>
#include <expcore/overrides.hpp>
#include <expcore/plots.hpp>
#include <expcore/project.hpp>

#include "fs/file.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using namespace std::string_literals;
using test::TestRepo;

namespace {

std::string repeated(std::string_view text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i)
    result += text;
  return result;
}

/// Anchors in each other around many values: as many copies as there are anchors.
std::string anchors_in_anchors() {
  std::string text = "a: ";
  std::string aliases = "b: [";
  for (int i = 0; i < 150; ++i) {
    text += "&a" + std::to_string(i) + " [";
    aliases += "*a" + std::to_string(i) + ", ";
  }
  return text + repeated("1, ", 20'000) + repeated("]", 150) + "\n" + aliases + "]\n";
}

std::string doubling_aliases() {
  std::string text = "a0: &a0 [1, 1]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last + ", " + last + "]\n";
  }
  return text;
}

struct Content {
  std::string file;
  std::string text;
  std::string problem;  ///< In the details of the error.
};

/// Texts that are refused.
std::vector<Content> malformed() {
  constexpr int many = 100'000;
  const std::string digits = repeated("9", many);
  const std::string long_integer = "Exceeds the limit (4300 digits) for integer string conversion";
  return {
      {"x.yaml", "a: " + repeated("[", many), "Nested too deeply, in line 1, column 204"},
      {"x.yaml", "a: " + repeated("{a: ", many), "Nested too deeply, in line 1"},
      {"x.yaml", repeated("- ", many), "Nested too deeply, in line 1"},
      {"x.yaml", "a: 1\na: 2\n", "Found duplicate key \"a\""},
      {"x.yaml", "a: 1\nb: \0 2\n"s, "in line 2, column 4"},
      {"x.yaml", "a: " + digits, long_integer},
      {"x.yaml", doubling_aliases(), "Too many values after expanding aliases, in line"},
      {"x.yaml", anchors_in_anchors(), "Too many values behind anchors, in line 1"},
      {"x.yaml", "a: *b\n", "Found undefined alias 'b', in line 1, column 4"},
      {"x.json", "{\"a\": " + repeated("[", many), "Nested too deeply, in line 1"},
      {"x.json", repeated("{\"a\": ", many), "Nested too deeply, in line 1"},
      {"x.json", "{\"a\": 1}\n\0"s, "Extra data, in line 2, column 1"},
      {"x.json", "{\"a\": " + digits + "}", long_integer},
      {"x.json", " \n", "Expecting value, in line 2, column 1"},
      {"x.toml", "a = " + repeated("[", many), "Nested too deeply, in line 1"},
      {"x.toml", repeated("a.", many) + "a = 1\n", "Nested too deeply, in line 1, column 1002"},
      {"x.toml", "[" + repeated("a.", many) + "a]\n", "Nested too deeply, in line 1"},
      {"x.toml", "a = " + repeated("{ a.a.a.a = ", many), "Nested too deeply, in line 1"},
      {"x.toml", "a = 1\na = 2\n", "in line 2"},
      {"x.toml", "a = 1 # \0\n"s, "in line 1"},
      {"x.toml", "a = " + digits, "in line 1"},
      {"x.py", "a = " + repeated("[", many), "too many nested parentheses, in line 1"},
      {"x.py", "a = " + repeated("(", many), "too many nested parentheses, in line 1"},
      {"x.py", "a = " + repeated("{1: ", many), "too many nested parentheses, in line 1"},
      {"x.py", "a = 1\nb = \0\n"s,
       "source code string cannot contain null bytes, in line 2, column 5"},
      {"x.py", "a = 1\nb = " + digits, long_integer},
  };
}

/// Files that are none, or not text.
struct Kind {
  const char* name;
  std::function<void(const std::string& path)> make;
  const char* type;  ///< As DVC names the problem.
};

const Kind kinds[] = {
    {"pipe", [](const std::string& path) { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); },
     "OSError"},
    {"device", [](const std::string& path) { fs::symlink("/dev/zero", path); }, "OSError"},
    {"loop", [](const std::string& path) { fs::symlink(path, path); }, "OSError"},
    {"dangling", [](const std::string& path) { fs::symlink("nowhere", path); },
     "FileNotFoundError"},
    {"no UTF-8", [](const std::string& path) { fs::write_atomic(path, "a: \xFF\n"); },
     "EncodingError"},
};

Project make_project(const TestRepo& repo) {
  repo.make_project();
  repo.commit();
  return Project::open(repo.path(), repo.environment());
}

/// Of the only file of the only revision.
std::string error_of_metrics(const Project& project, const std::string& file) {
  MetricsOptions options;
  options.targets = {file};
  const auto shown = project.metrics().show(options);
  REQUIRE(shown.size() == 1);
  REQUIRE(shown[0].files.size() == 1);
  return shown[0].files[0].error_type;
}

std::string error_of_plots(const Project& project, const std::string& file) {
  PlotsOptions options;
  options.targets = {file};
  const auto shown = project.plots().show(options);
  return shown.errors.size() == 1 ? shown.errors[0].type : "";
}

}  // namespace

TEST_SUITE("bad files") {
  TEST_CASE("malformed texts name the place and change nothing") {
    const TestRepo repo;
    const Project project = make_project(repo);
    const std::map<std::string, std::string> type = {{"x.yaml", "YAMLFileCorruptedError"},
                                                     {"x.json", "JSONFileCorruptedError"},
                                                     {"x.toml", "TOMLFileCorruptedError"},
                                                     {"x.py", "PythonFileCorruptedError"}};
    for (const auto& content : malformed()) {
      const auto& file = content.file;
      const auto& text = content.text;
      const auto& problem = content.problem;
      CAPTURE(file);
      CAPTURE(problem);
      repo.write(file, text);
      try {
        ParamOverrides::parse({file + ":++a=1"}).apply_to(project);
        FAIL("no error");
      } catch (const Error& error) {
        CHECK(error.code() == Errc::parse);
        CHECK(std::string(error.what()).find("unable to read: '" + file + "', ") == 0);
        CHECK(error.details().find(problem) != std::string::npos);
        CHECK(error.details().size() < 5000);
      }
      CHECK(repo.read(file) == text);
      CHECK(error_of_metrics(project, file) == type.at(file));
      CHECK(error_of_plots(project, file) == type.at(file));
      DiffOptions diff;
      diff.targets = {file};
      CHECK(project.params().diff(diff).errored == std::vector<std::string>{"HEAD", "workspace"});
      fs::remove(repo / file);
    }
  }

  TEST_CASE("what is no file of text is an error of that file") {
    const TestRepo repo;
    const Project project = make_project(repo);
    for (const auto& kind : kinds) {
      for (const std::string file : {"x.yaml", "x.json", "x.toml", "x.py", "x.csv", "x.tsv"}) {
        CAPTURE(kind.name);
        CAPTURE(file);
        kind.make(repo / file);
        const auto before = fs::stat(repo / file, fs::Follow::no);
        CHECK(error_of_plots(project, file) == kind.type);
        CHECK(error_of_metrics(project, file) == kind.type);
        CHECK_THROWS_AS(ParamOverrides::parse({file + ":a=1"}).apply_to(project), Error);
        CHECK(fs::stat(repo / file, fs::Follow::no) == before);
        fs::remove(repo / file);
      }
    }
  }

  TEST_CASE("a folder holds files, and no parameters") {
    const TestRepo repo;
    const Project project = make_project(repo);
    repo.write("x.yaml/below.json", "{\"a\": 1}");
    CHECK(error_of_metrics(project, "x.yaml") == "");
    CHECK_THROWS_AS(ParamOverrides::parse({"x.yaml:++a=1"}).apply_to(project), Error);
    CHECK(repo.read("x.yaml/below.json") == "{\"a\": 1}");
  }

  TEST_CASE("an empty file has no values") {
    const TestRepo repo;
    const Project project = make_project(repo);
    for (const std::string file : {"x.yaml", "x.toml", "x.py"}) {
      repo.write(file, "");
      CHECK(error_of_metrics(project, file) == "");
      CHECK(error_of_plots(project, file) == "");
    }
    repo.write("x.json", "");
    CHECK(error_of_metrics(project, "x.json") == "JSONFileCorruptedError");
    CHECK_THROWS_AS(ParamOverrides::parse({"x.json:++a=1"}).apply_to(project), Error);
    CHECK(repo.read("x.json").empty());
  }

  TEST_CASE("the last of equal keys counts where DVC's readers say so") {
    const TestRepo repo;
    const Project project = make_project(repo);
    repo.write("x.json", "{\"a\": 1, \"b\": 2, \"a\": 3}");
    repo.write("x.py", "a = 1\nb = 2\na = 3\n");
    for (const char* file : {"x.json", "x.py"}) {
      MetricsOptions options;
      options.targets = {file};
      CHECK(project.metrics().show_json(options).text ==
            "{\"\": {\"data\": {\"" + std::string(file) +
                "\": {\"data\": {\"a\": 3, \"b\": 2}}}}}");
    }
  }
}
