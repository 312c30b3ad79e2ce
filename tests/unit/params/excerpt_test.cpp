#include "params/excerpt.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "params/edit.hpp"
#include "params/outline.hpp"
#include "yaml/reader.hpp"

using namespace expcore;
using params::Outline;
using params::Reading;

namespace {

/// Documents and overrides made from a seed: mostly plain ones, sometimes spoilt.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::string document() {
    std::string text = pick({"", "", "# head\n", "---\n", "\n# é\n\n", "--- # start\n"});
    text += map(0, 0);
    text += pick({"", "", "# end\n", "\n\n", "  # end"});
    if (one_in(3) && !text.empty() && text.back() == '\n') text.pop_back();
    if (one_in(3)) spoil(text);
    return text;
  }

  std::string override() {
    std::string path = pick(keys);
    while (one_in(2))
      path += "." + pick({"a", "b", "lr", "opt", "0", "1", "new", "true"});
    const std::string sign = pick({"", "", "", "+", "++", "~"});
    if (sign == "~") return sign + path + (one_in(4) ? "=1" : "");
    return sign + path + "=" +
           pick({"1", "0.5", "abc", "'x: y'", "null", "[1,2]", "{a: 1}", "{}", "{zz: {b: [x]}}",
                 "'two\nlines'", "", "'1'", "[]", "- x", "'# no'", "extend_list(1)"});
  }

  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }
  bool one_in(std::size_t count) { return below(count) == 0; }

 private:
  const std::string& pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  std::string comment() { return pick({"", "", "", " # note", "   #é", " # a: b"}); }

  std::string map(std::size_t indent, std::size_t depth) {
    std::string text;
    auto names = keys;
    std::shuffle(names.begin(), names.end(), random_);
    if (!one_in(12)) names.resize(1 + below(4));
    for (const std::string& name : names) {
      if (one_in(6)) text += pick({"\n", "# about\n", "      # far\n", "   \n"});
      text += std::string(indent, ' ') + name + ":" + value(indent, depth);
    }
    return text;
  }

  std::string value(std::size_t indent, std::size_t depth) {
    const std::size_t kind = below(10);
    if (kind < 3 && depth < 3) return comment() + "\n" + map(indent + pick_step(), depth + 1);
    if (kind < 5 && depth < 3)
      return comment() + "\n" + list(indent + (one_in(2) ? 0 : 2), depth + 1);
    if (kind == 5) {
      const std::string start(indent + 2, ' ');
      return pick({" |", " |-", " >", " |+", " >- # c"}) + "\n" + start + "text: 1\n" +
             pick({"", "\n", start + "  more\n", start + "# no comment\n\n"});
    }
    return scalar() + comment() + "\n";
  }

  std::string list(std::size_t indent, std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i <= below(3); ++i) {
      text += std::string(indent, ' ') + "-";
      if (one_in(3) && depth < 3) {
        text += " " + map(indent + 2, depth + 1).substr(one_in(9) ? 0 : indent + 2);
      } else if (one_in(5)) {
        text += " - 1\n" + std::string(indent, ' ') + "  - x\n";
      } else {
        text += scalar() + comment() + "\n";
      }
    }
    return text;
  }

  std::size_t pick_step() { return 1 + below(4); }

  std::string scalar() {
    return pick({" 1",   " 0.5",  " abc",        " 'it''s'",     " \"a\\n\"",
                 "",     " null", " [1, 2]",     " []",          " {a: 1, b: [x, 'y']}",
                 " {}",  " a b",  " é",          " a:b",         " http://x/y",
                 "   ~", " -1",   " - 1",        " a#b",         " .inf",
                 " /x",  " ${a}", " 2020-01-01", " [a, {lr: 2}]"});
  }

  void spoil(std::string& text) {
    if (text.empty()) return;
    const std::size_t at = below(text.size());
    switch (below(4)) {
      case 0:
        text.erase(at, 1 + below(3));
        break;
      case 1:
        text.insert(at,
                    pick({" ",    "\n",        ":",      "#",       "-",     "\t",       "'", "\"",
                          "[",    "}",         "&a ",    "*a",      "!t ",   "a: 1\n",   "|", "\r",
                          "? ",   "<<: ",      "%",      "\n---\n", "...\n", "\xC2\x85", "@", ", ",
                          "  - ", "true: 1\n", "1: x\n", ": ",      " #",    "\x01"}));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(20)));
        break;
      default:
        text[at] = pick({" ", "\n", ":", "x", "-", "#"})[0];
    }
  }

  std::vector<std::string> keys = {"a", "b", "lr", "opt", "x_1", "n.m", "12", "yes"};
  std::mt19937 random_;
};

std::string answer(const std::string& text, const std::vector<params::Override>& overrides,
                   Reading reading) {
  try {
    return params::apply_to_text(text, params::Format::yaml, "p", overrides, {}, reading);
  } catch (const Error& error) {
    return "error: " + error.full_message() + "\n" + error.details();
  }
}

/// What Outline says about a mapping is what the reader of YAML says.
void check_outline(const Outline& outline, std::uint32_t map, const yaml::Value& value) {
  REQUIRE(value.is_map());
  std::size_t count = 0;
  for (std::uint32_t i = outline.first(map); i != Outline::none; i = outline.member(i).next) {
    REQUIRE(count < value.map().size());
    const yaml::Member& member = *(value.map().begin() + count++);
    CHECK(python_str(member.key) == outline.member(i).key);
    CHECK(outline.find(map, outline.member(i).key) == (member.key.is_string() ? i : Outline::none));
    const auto child = outline.member(i).child;
    if (child != Outline::none) check_outline(outline, child, member.value);
    if (outline.member(i).next == Outline::none) CHECK(outline.last(map) == i);
  }
  CHECK(count == value.map().size());
}

}  // namespace

TEST_SUITE("params/excerpt") {
  TEST_CASE("an outline shows the block mappings of a plain document") {
    const std::string text =
        "# head\na: 1\nb:\n  c:\n  - x\n  - d: 2\n  # end of c\n  e: |\n    f: 1\n\n";
    const auto outline = Outline::read(text);
    REQUIRE(outline);
    const auto b = outline->find(Outline::root, "b");
    const auto e = outline->find(outline->member(b).child, "e");
    CHECK(outline->member(b).begin == 12);
    CHECK(outline->member(e).begin == text.find("  e: |"));
    CHECK(outline->member(outline->find(outline->member(b).child, "c")).end == text.find("  e: |"));
    CHECK(outline->find(Outline::root, "c") == Outline::none);
  }

  TEST_CASE("an outline of many short lines finds every key in its mapping") {
    std::string text;
    for (int i = 0; i < 500; ++i) {
      text += fmt::format("k{}:\n", i);
      for (const char* key : {"a", "b", "c"})
        text += fmt::format(" {}: {}\n", key, i);
    }
    const auto outline = Outline::read(text);
    REQUIRE(outline);
    check_outline(*outline, Outline::root, yaml::parse_yaml(text));
    CHECK(outline->find(Outline::root, "a") == Outline::none);
    CHECK_FALSE(Outline::read(text + " a: 1\n"));
    CHECK_FALSE(Outline::read(text + "k0: 1\n"));
  }

  TEST_CASE("what is out of the ordinary has no outline") {
    for (const std::string text : {"",
                                   "# only\n",
                                   "- a\n",
                                   "a: &x 1\n",
                                   "a: *x\n",
                                   "a: !t 1\n",
                                   "a:\t1\n",
                                   "a: 1\r\n",
                                   "a: 1\na: 2\n",
                                   "a: {b: 1, b: 2}\n",
                                   "a: 1\n---\nb: 2\n",
                                   "a: 1\n...\n",
                                   "? a\n: 1\n",
                                   "a: 'x\n  y'\n",
                                   "a: x\n  y\n",
                                   "a: b: c\n",
                                   "a: [1,\n  2]\n",
                                   "<<: 1\n",
                                   "true: 1\n",
                                   "\"a\": 1\n",
                                   "a: 1\n b: 2\n",
                                   "a:\n  b: 1\n c: 2\n",
                                   "a: x\n- y\n",
                                   "%YAML 1.2\n",
                                   "a: @x\n",
                                   "a: |\nb: 1\n",
                                   "a: |\n\n  x\n",
                                   "a: '\n",
                                   "a: \"\\x41\"\n",
                                   "a: 1\nb\n",
                                   "\xEF\xBB\xBF"
                                   "a: 1\n",
                                   "a: \xFF\n",
                                   "a: \xC2\x85 1\n",
                                   "a: x:\n",
                                   "01: 1\n"}) {
      CAPTURE(text);
      CHECK_FALSE(Outline::read(text));
    }
  }

  TEST_CASE("an excerpt is what overrides can reach") {
    const std::string text =
        "a: 1\nb:  # big\n  c: 2\n  d: {x: 1}\n  e: 3\nf: 4\n# about g\ng:\n  h: 5\n";
    const auto excerpt = [&](const std::string& override) {
      const auto found = params::Excerpt::of(text, {params::parse_override(override)});
      return found ? found->text() : "whole";
    };
    CHECK(excerpt("a=2") == "a: 1\n");
    CHECK(excerpt("b.d.x=2") == "b:  # big\n  d: {x: 1}\n");
    CHECK(excerpt("+b.n=2") == "b:  # big\n  e: 3\n");
    CHECK(excerpt("+n=2") == "g:\n  h: 5\n");
    CHECK(excerpt("~b.c") == "b:  # big\n  c: 2\n  e: 3\n");
    CHECK(excerpt("~g.h") == "g:\n  h: 5\n");
    CHECK(excerpt("f=1") == "f: 4\n# about g\n");
  }

  TEST_CASE("a comment left behind does not become part of a block scalar") {
    const std::string text = "a:\n  b: >\n    x\n\nopt: 1\n      # far\nc: 1\n";
    CHECK(answer(text, {params::parse_override("~opt")}, Reading::excerpt) ==
          answer(text, {params::parse_override("~opt")}, Reading::whole));
  }

  TEST_CASE("generated documents: an edit of an excerpt equals an edit of the whole") {
    std::size_t with_outline = 0;
    std::size_t with_excerpt = 0;
    for (unsigned seed = 1; seed <= 1500; ++seed) {
      Generator generator(seed);
      const std::string text = generator.document();
      std::vector<params::Override> overrides;
      for (std::size_t i = 0; i <= generator.below(3);)
        try {
          overrides.push_back(params::parse_override(generator.override()));
          ++i;
        } catch (const Error&) {
        }
      CAPTURE(seed);
      CAPTURE(text);
      CAPTURE(overrides.front().text);
      if (const auto outline = Outline::read(text)) {
        ++with_outline;
        check_outline(*outline, Outline::root, yaml::parse_yaml(text));
        if (params::Excerpt::of(text, overrides)) ++with_excerpt;
      }
      REQUIRE(answer(text, overrides, Reading::excerpt) == answer(text, overrides, Reading::whole));
    }
    CHECK(with_outline > 300);
    CHECK(with_excerpt > 200);
    MESSAGE(with_outline, " outlines, ", with_excerpt, " excerpts");
  }
}
