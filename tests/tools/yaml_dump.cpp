// Reads one JSON value a line and writes it as dvc.lock would hold it, ended by a NUL byte.
#include <cstdio>
#include <iostream>
#include <string>

#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const std::string text = expcore::yaml::dump_yaml(expcore::yaml::parse_json(line));
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\0', stdout);
  }
  return 0;
}
