#include "base/spare_buffer.hpp"

#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using expcore::SpareBuffer;

TEST_SUITE("base/spare_buffer") {
  TEST_CASE("the next one gets what the last one had") {
    const auto address = [] { return SpareBuffer().data(); };
    CHECK(address() == address());
  }

  TEST_CASE("any number can be had at once, each for one alone") {
    std::vector<std::unique_ptr<SpareBuffer>> buffers;
    std::set<char*> addresses;
    for (int i = 0; i < 20; ++i) {
      buffers.push_back(std::make_unique<SpareBuffer>());
      addresses.insert(buffers.back()->data());
    }
    CHECK(addresses.size() == 20);
    buffers.back()->data()[SpareBuffer::size - 1] = 'x';
  }

  TEST_CASE("threads do not get the same one") {
    std::vector<std::jthread> threads;
    for (char mark = 'a'; mark < 'e'; ++mark) {
      threads.emplace_back([mark] {
        for (int i = 0; i < 2000; ++i) {
          const SpareBuffer buffer;
          buffer.data()[0] = mark;
          std::this_thread::yield();
          if (buffer.data()[0] != mark) FAIL("somebody else wrote to it");
        }
      });
    }
  }
}
