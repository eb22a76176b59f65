// Room that is kept from everybody until the disk is full: a file beside the store whose blocks are really taken. Given
// away so that removing instances finds room; taken back before anything else is written again.
#pragma once

#include <cstdint>
#include <string>

namespace pawl::storage {

class reserve {
public:
  /// Makes the file, or what is missing of it. A disk too small for it has none, and goes on without.
  /// 0 bytes: none is wanted, and one that is there goes.
  reserve(std::string file, std::int64_t bytes);

  std::int64_t bytes() const { return bytes_; }

  /// False: it was given away, and the disk has no room to take it back yet. Tries to; costs nothing when nothing is
  /// missing.
  bool take_back();
  /// Leaves its room to whoever writes next; the empty file keeps in mind that it is owed. Says whether there was any.
  bool give_away();

private:
  bool fill();

  std::string file_;
  std::int64_t bytes_;
  bool is_owed_ = false;
};

/// Beside the store. A store that cannot even be opened for want of room may give it away first.
std::string reserve_of(const std::string& canonical);
/// Says whether there was any room in it.
bool give_away_reserve(const std::string& file);

} // namespace pawl::storage
