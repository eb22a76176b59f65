// What a store has promised up to each moment of a recording, and whether a store opened later keeps it.
#pragma once

#include "tests/contract/promises.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace pawl::power {

/// A moment is a count of disk events: a promise given at moment n holds for every power cut at n or later.
using moment = std::size_t;

class ledger {
public:
  /// write() is called. Gives the call's number for answered().
  std::size_t asked(std::vector<storage::change> batch, moment at);
  void answered(std::size_t number, std::vector<result<storage::written>> answers, moment at);
  void saved(const storage::definition_row& definition, moment at);
  /// The store was opened: what it shows is on disk from now on, and what had an unknown outcome has one.
  void opened(storage::reader& store, moment at);

  /// The promises that held at `cut`, as given at moment 0. A call without its answer has an unknown outcome; of an
  /// instance that was to be removed nothing is promised but that it is not there by half.
  ledger as_of(moment cut) const;

  /// Every promise that the store does not keep; none: empty.
  std::vector<std::string> broken(storage::reader& store) const;
  /// as_of() in a few words: two that are equal promise the same.
  std::string in_short(moment cut) const;

private:
  static constexpr moment never = std::numeric_limits<moment>::max();
  struct call {
    test::answered told;
    moment asked = 0;
    moment answered = never;
    moment replaced = never; ///< by what the next opening showed
    bool holds_at(moment cut) const { return asked <= cut && cut < replaced; }
  };
  struct definition {
    storage::definition_row row;
    moment at = 0;
  };
  struct sight {
    std::map<std::string, std::int64_t> revisions; ///< by uid; of schedules too
    moment at = 0;
  };

  const sight* last_sight(moment cut) const;

  std::vector<call> calls_;
  std::vector<definition> definitions_;
  std::vector<sight> sights_;
};

} // namespace pawl::power
