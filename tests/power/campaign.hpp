// Counts cases and failures. A case is one image of the files that a power cut leaves, together with what was promised
// by then; one that was tried before is not counted again.
#pragma once

#include "tests/power/recorder.hpp"
#include "tests/power/verdict.hpp"
#include "tests/support/slice.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

namespace pawl::power {

/// Everything that a recording follows from; as text: STORY[~WAY:NTH[:ever]][/CUT/kill|CUT/DAMAGE], the last part for
/// the opening after that crash. A case is that and /CUT/DAMAGE.
struct recipe {
  std::string story;
  std::string way; ///< of a fault; empty: none
  std::int64_t nth = 0;
  bool for_ever = false;
  struct crash_at {
    moment cut = 0;
    bool is_kill = false;
    std::uint64_t damage = 0;
  };
  std::optional<crash_at> crash = {};
};

std::string to_string(const recipe& r);
/// Gives recipe, cut and damage; throws when it is no case.
struct one_case {
  recipe from;
  moment cut = 0;
  std::uint64_t damage = 0;
};
one_case parse_case(const std::string& text);

/// Carries it out: the story, and the opening after its crash when there is one.
recording record(const recipe& from, defect planted);
/// The same with a recording of the story at hand.
recording record_after(const recording& before, const recipe& from, defect planted);

class campaign {
public:
  explicit campaign(defect planted, const test::slice& moments = test::slice(1))
      : planted_(planted), moments_of_(moments) {}

  /// The laws that were broken while the story was recorded.
  void look_at(const recording& made, const recipe& from);
  /// Power is cut at `cut`; `disk` is the disk there. Says whether the case is new.
  bool try_cut(const recording& made, const recipe& from, const disk_model& disk, moment cut, std::uint64_t damage);
  /// Every moment of the slice with one damage each, which follows from `round`: 0 loses all that is unsynced, 1 keeps
  /// all, every other is random. Moments before a failed sync are those of the story without it and left out.
  void try_every_cut(const recording& made, const recipe& from, std::uint64_t round, std::size_t cases_max);

  defect planted() const { return planted_; }
  std::size_t cases() const { return cases_; }
  std::size_t failures() const { return failures_; }
  bool has_loss() const { return has_loss_; }
  /// One line of totals.
  std::string summary() const;

private:
  void report(const std::string& id, const std::string& damage, const std::vector<std::string>& broken);

  defect planted_;
  test::slice moments_of_;
  judge judge_;
  std::unordered_set<std::uint64_t> seen_;
  std::size_t recordings_ = 0;
  std::size_t moments_ = 0;
  std::size_t tried_ = 0;
  std::size_t cases_ = 0;
  std::size_t unsynced_ = 0;
  std::size_t failures_ = 0;
  bool has_loss_ = false;
};

} // namespace pawl::power
