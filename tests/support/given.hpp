// What a call gave, or a red test that says why it gave nothing.
#pragma once

#include <pawl/result.hpp>

#include <catch2/catch.hpp>

#include <utility>

namespace pawl::test {

template <class T> T given(result<T> answer) {
  if (!answer) FAIL(to_string(answer.failure()));
  return std::move(*answer);
}
inline void given(const result<void>& answer) {
  if (!answer) FAIL(to_string(answer.failure()));
}

} // namespace pawl::test
