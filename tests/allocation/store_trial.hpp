// One life of a store during which memory fails once, and what its answers and its files say against the law.
#pragma once

#include "tests/allocation/every_allocation.hpp"
#include "tests/contract/promises.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pawl::allocation {

using wrapper = std::function<std::unique_ptr<storage::store>(std::unique_ptr<storage::store>)>;

/// What memory fails under.
struct operation {
  std::string name;
  /// The calls of write() that it made go into `calls`, whether they answered or threw. False: an answer was wrong.
  std::function<bool(storage::store&, std::vector<test::answered>& calls)> run;
  /// Whether a store opened anew holds what was answered. May be empty.
  std::function<bool(storage::store&)> holds = {};
};

/// Makes a store of two instances, opens it, runs the operation with every allocation failing, once and for ever. After
/// each: the files as a kill would leave them and the files of the closed store keep the law, the store goes on or says
/// that it must be opened anew, and nothing leaked.
tally fail_every_allocation(const operation& of, const wrapper& wrap);

/// The same for opening what `prepare` put there: it opens or says why not, keeps neither memory nor a file open, and
/// opens the next time.
tally fail_every_allocation_of_opening(const std::string& name,
                                       const std::function<void(const std::string& path)>& prepare,
                                       const std::function<bool(storage::store&)>& is_good);

/// The main file and the log alone, as a kill or a copy leaves them.
void copy_store(const std::string& from, const std::string& to);
/// A store of two instances, one of them with a step, closed.
void make_store(const std::string& path);

} // namespace pawl::allocation
