// Checks the structure of a database file in pieces, in the order of the file, beside the work that goes on: the pages
// as PRAGMA quick_check does, but without following trees. The pointer map that auto_vacuum keeps says of every page
// what it is and who mentions it; both sides must say the same. Never opens or closes the file itself: that would drop
// SQLite's locks in this process.
#pragma once

#include "storage/check_mark.hpp"
#include "storage/database.hpp"

#include <sqlite3.h>

#include <map>
#include <string>
#include <vector>

namespace pawl::storage {

/// Throws SQLite::Exception when the disk cannot read; the next call reads page by page, so that `mark().next` names
/// the page that cannot be read.
class file_check {
public:
  /// Reads which trees there are.
  file_check(SQLite::Database& database, check_mark from);

  /// Looks at the next pages, 256 KiB of them. What is wrong with the first bad one ("page 7: …"), at which the check
  /// stays; empty: nothing. The main file must hold everything that was committed up to some moment.
  std::string look();
  bool is_done() const { return is_done_; }
  const check_mark& mark() const { return mark_; }

private:
  using page_no = std::uint32_t;
  struct map_entry;
  struct tree_page;
  struct tree_cell;
  struct key_range;

  std::string read_header();
  std::string fault_of(page_no page);
  std::string fault_of_tree(page_no page, page_no parent);
  std::string fault_of_first_overflow(page_no page, page_no parent);
  std::string fault_of_next_overflow(page_no page, page_no parent);
  std::string fault_of_chain(page_no page);
  std::string fault_of_place(page_no page, const tree_page& tree, page_no parent);
  std::string fault_of_free_list();
  std::string fault_of_mention(page_no page, page_no mentioned, map_entry as);
  std::string parse(page_no page, tree_page& tree);
  std::string parse_cell(const unsigned char* bytes, std::size_t at, tree_page& tree, std::size_t& end) const;
  std::string parse_payload(const unsigned char* bytes, std::size_t& at, std::uint64_t payload, const tree_page& tree,
                            tree_cell& cell) const;
  bool may_hold_content(page_no page) const;
  bool is_tree(page_no page);
  page_no map_page_of(page_no page) const;
  map_entry entry_of(page_no page);
  const unsigned char* page(page_no wanted);
  void read(std::vector<unsigned char>& into, page_no first, std::size_t pages);
  void advance();

  SQLite::Database& database_;
  check_mark mark_;
  bool is_done_ = false;
  std::map<page_no, bool> roots_; ///< and whether their keys are row numbers
  std::size_t page_bytes_;
  std::size_t usable_ = 0;
  page_no pages_ = 0; ///< of the file, as its header says
  page_no lock_page_; ///< never used by SQLite
  std::size_t pages_of_piece_;
  std::size_t pages_at_once_;
  bool is_cut_ = false; ///< a page that should be there is behind the end of the file

  // Of one piece.
  page_no chunk_first_ = 0;
  std::vector<unsigned char> chunk_;
  std::map<page_no, std::vector<unsigned char>> others_; ///< pages that those of the piece mention
};

} // namespace pawl::storage
