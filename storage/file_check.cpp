// The file format is SQLite's (sqlite.org/fileformat2.html); what is checked of a page is what its quick_check checks.
#include "storage/file_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace pawl::storage {
namespace {

constexpr std::size_t piece_bytes = std::size_t{256} << 10;
constexpr std::size_t header_bytes = 100;
constexpr std::int64_t lock_byte = 0x40000000;

constexpr int interior_index = 2;
constexpr int interior_table = 5;
constexpr int leaf_index = 10;
constexpr int leaf_table = 13;

std::uint32_t big_endian_2(const unsigned char* at) { return std::uint32_t{at[0]} << 8 | at[1]; }
std::uint32_t big_endian_4(const unsigned char* at) { return big_endian_2(at) << 16 | big_endian_2(at + 2); }

// False: it goes beyond `end`.
bool read_varint(const unsigned char* bytes, std::size_t end, std::size_t& at, std::uint64_t& value) {
  value = 0;
  for (int i = 0; i < 9; ++i) {
    if (at >= end) return false;
    const unsigned char byte = bytes[at++];
    if (i == 8) {
      value = value << 8 | byte;
      return true;
    }
    value = value << 7 | (byte & 0x7fU);
    if (byte < 0x80) return true;
  }
  return true;
}

// Of a column, by its serial type; false: no such type.
bool content_bytes(std::uint64_t type, std::uint64_t& bytes) {
  constexpr std::uint64_t fixed[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
  if (type == 10 || type == 11) return false;
  bytes = type < 10 ? fixed[type] : (type - 12) / 2;
  return true;
}

// The header of a record against its length; only what of it lies in the page is there to look at.
const char* fault_of_record(const unsigned char* record, std::size_t local, std::uint64_t payload) {
  std::size_t at = 0;
  std::uint64_t header = 0;
  if (!read_varint(record, local, at, header) || header < at || header > payload) return "a record has no header";
  if (header > local) return nullptr;
  std::uint64_t total = header;
  while (at < header) {
    std::uint64_t type = 0;
    std::uint64_t bytes = 0;
    if (!read_varint(record, static_cast<std::size_t>(header), at, type) || !content_bytes(type, bytes))
      return "a column has no type";
    total += bytes;
  }
  return total == payload ? nullptr : "a record is not as long as its columns";
}

using range = std::pair<std::size_t, std::size_t>; ///< first byte, byte behind the last

// Cells and free blocks must not overlap, and what lies between them is counted in the page's header.
const char* fault_of_ranges(std::vector<range>& taken, std::size_t begin, std::size_t end, std::size_t counted) {
  std::sort(taken.begin(), taken.end());
  std::size_t at = begin;
  std::size_t gaps = 0;
  for (const auto& [first, behind] : taken) {
    if (first < at) return "two cells share a byte";
    gaps += first - at;
    at = behind;
  }
  if (at > end) return "a cell goes beyond the page";
  return gaps + (end - at) == counted ? nullptr : "bytes that nobody uses are counted wrongly";
}

} // namespace

struct file_check::map_entry {
  enum kinds { none = 0, root = 1, free_page = 2, first_overflow = 3, next_overflow = 4, tree = 5 };
  int kind = none;
  page_no parent = 0;
  bool operator==(const map_entry&) const = default;
};

struct file_check::tree_cell {
  page_no child = 0;
  std::int64_t row = 0;
  page_no overflow = 0;
};

struct file_check::tree_page {
  bool is_leaf = false;
  bool has_rows = false; ///< keys are row numbers
  page_no right = 0;     ///< the last child
  std::vector<tree_cell> cells;
};

file_check::file_check(SQLite::Database& database, check_mark from)
    : database_(database), mark_(from),
      page_bytes_(static_cast<std::size_t>(database.execAndGet("PRAGMA page_size").getInt())),
      lock_page_(static_cast<page_no>(lock_byte / static_cast<std::int64_t>(page_bytes_)) + 1),
      pages_of_piece_(std::max<std::size_t>(1, piece_bytes / page_bytes_)), pages_at_once_(pages_of_piece_) {
  SQLite::Statement trees(database, "SELECT rootpage, type = 'table' AND sql NOT LIKE '%WITHOUT ROWID%'"
                                    " FROM sqlite_schema WHERE rootpage > 0");
  while (trees.executeStep())
    roots_[static_cast<page_no>(trees.getColumn(0).getInt64())] = trees.getColumn(1).getInt() != 0;
}

std::string file_check::look() {
  chunk_.clear();
  others_.clear();
  is_cut_ = false;
  if (std::string fault = read_header(); !fault.empty() || is_done_) return fault;
  if (mark_.next > pages_) advance();
  for (std::size_t i = 0; i < pages_of_piece_ && !is_done_; ++i) {
    std::string fault = fault_of(mark_.next);
    if (is_cut_) return fmt::format("page {}: the file ends before it or before a page that it mentions", mark_.next);
    if (!fault.empty()) return fault;
    advance();
  }
  pages_at_once_ = pages_of_piece_;
  return "";
}

void file_check::advance() {
  ++mark_.next;
  const bool is_at_end = mark_.next > pages_;
  if (mark_.is_behind_end)
    is_done_ = is_at_end || mark_.next >= mark_.begin;
  else if (is_at_end) {
    is_done_ = mark_.begin == 1;
    mark_ = {1, mark_.begin, true};
  }
}

std::string file_check::read_header() {
  const unsigned char* header = page(1);
  if (is_cut_ || std::memcmp(header, "SQLite format 3", 16) != 0) return "page 1: it is no SQLite file";
  const std::uint32_t said = big_endian_2(header + 16);
  if ((said == 1 ? 65536 : said) != page_bytes_) return "page 1: its pages have another size";
  usable_ = page_bytes_ - header[20];
  pages_ = big_endian_4(header + 28);
  is_done_ = big_endian_4(header + 52) == 0; // no pointer map: not made by Pawl, and nothing to go by
  if (pages_ == 0) return "page 1: the file has no length";
  sqlite3_file* file = nullptr;
  sqlite3_int64 size = 0;
  sqlite3_file_control(database_.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (const int answer = file->pMethods->xFileSize(file, &size); answer != SQLITE_OK)
    throw SQLite::Exception(sqlite3_errstr(answer), answer);
  if (size >= static_cast<sqlite3_int64>(pages_) * static_cast<sqlite3_int64>(page_bytes_)) return "";
  return fmt::format("page {}: the file ends before it, and should have {} pages",
                     size / static_cast<sqlite3_int64>(page_bytes_) + 1, pages_);
}

std::string file_check::fault_of(page_no at) {
  if (at == lock_page_ || (at > 1 && map_page_of(at) == at)) return "";
  if (at == 1) {
    std::string fault = fault_of_tree(1, 0);
    return fault.empty() ? fault_of_free_list() : fault;
  }
  const map_entry entry = entry_of(at);
  const bool has_parent = entry.kind >= map_entry::first_overflow && entry.kind <= map_entry::tree;
  if (has_parent && (entry.parent == at || !may_hold_content(entry.parent)))
    return fmt::format("page {}: the pointer map names {} as its parent", at, entry.parent);
  if (!has_parent && entry.parent != 0)
    return fmt::format("page {}: the pointer map gives it the parent {}, and it can have none", at, entry.parent);
  switch (entry.kind) {
    case map_entry::root:
      return roots_.count(at) > 0 ? fault_of_tree(at, 0)
                                  : fmt::format("page {}: the pointer map calls it a root, and no table has it", at);
    case map_entry::free_page: return "";
    case map_entry::first_overflow: return fault_of_first_overflow(at, entry.parent);
    case map_entry::next_overflow: return fault_of_next_overflow(at, entry.parent);
    case map_entry::tree: return fault_of_tree(at, entry.parent);
    default: return fmt::format("page {}: the pointer map (page {}) does not know what it is", at, map_page_of(at));
  }
}

// `parent` 0: it is a root.
std::string file_check::fault_of_tree(page_no at, page_no parent) {
  tree_page tree;
  if (std::string fault = parse(at, tree); !fault.empty()) return fault;
  if (!tree.is_leaf)
    if (std::string fault = fault_of_mention(at, tree.right, {map_entry::tree, at}); !fault.empty()) return fault;
  for (const tree_cell& cell : tree.cells) {
    if (!tree.is_leaf)
      if (std::string fault = fault_of_mention(at, cell.child, {map_entry::tree, at}); !fault.empty()) return fault;
    if (cell.overflow != 0)
      if (std::string fault = fault_of_mention(at, cell.overflow, {map_entry::first_overflow, at}); !fault.empty())
        return fault;
  }
  if (parent != 0) return fault_of_place(at, tree, parent);
  const bool is_of_its_kind = at == 1 || roots_.at(at) == tree.has_rows;
  return is_of_its_kind
             ? ""
             : fmt::format("page {}: it is the root of a table and looks like an index, or the other way", at);
}

// Under its parent, between the keys on both sides.
std::string file_check::fault_of_place(page_no at, const tree_page& tree, page_no parent) {
  if (!is_tree(parent)) return fmt::format("page {}: its parent, page {}, is no tree's", at, parent);
  tree_page above;
  if (std::string fault = parse(parent, above); !fault.empty()) return fault;
  if (above.is_leaf) return fmt::format("page {}: its parent, page {}, is a leaf", at, parent);
  if (above.has_rows != tree.has_rows)
    return fmt::format("page {}: its parent, page {}, is of another kind", at, parent);
  const auto place = std::find_if(above.cells.begin(), above.cells.end(), [&](const auto& c) { return c.child == at; });
  const bool is_last = place == above.cells.end();
  if (is_last && above.right != at) return fmt::format("page {}: its parent, page {}, does not mention it", at, parent);
  if (!tree.has_rows || tree.cells.empty()) return "";
  const bool is_high = !is_last && tree.cells.back().row > place->row;
  const bool is_low = place != above.cells.begin() && tree.cells.front().row <= std::prev(place)->row;
  return is_high || is_low ? fmt::format("page {}: its rows belong elsewhere (parent: page {})", at, parent) : "";
}

std::string file_check::fault_of_first_overflow(page_no at, page_no parent) {
  tree_page above;
  if (!is_tree(parent)) return fmt::format("page {}: the row of its text should be in page {}, no tree's", at, parent);
  if (std::string fault = parse(parent, above); !fault.empty()) return fault;
  if (std::none_of(above.cells.begin(), above.cells.end(), [&](const auto& c) { return c.overflow == at; }))
    return fmt::format("page {}: no row of page {} mentions it", at, parent);
  return fault_of_chain(at);
}

std::string file_check::fault_of_next_overflow(page_no at, page_no before) {
  const int kind = before == 1 ? map_entry::root : entry_of(before).kind;
  const bool is_chain = kind == map_entry::first_overflow || kind == map_entry::next_overflow;
  if (!is_chain || big_endian_4(page(before)) != at)
    return fmt::format("page {}: page {} does not lead to it", at, before);
  return fault_of_chain(at);
}

std::string file_check::fault_of_chain(page_no at) {
  const page_no next = big_endian_4(page(at));
  return next == 0 ? "" : fault_of_mention(at, next, {map_entry::next_overflow, at});
}

// Bounded by what the header counts: a list that leads to itself ends too.
std::string file_check::fault_of_free_list() {
  const page_no counted = big_endian_4(page(1) + 36);
  page_no trunk = big_endian_4(page(1) + 32);
  std::uint64_t found = 0;
  while (trunk != 0 && found < counted) {
    if (!may_hold_content(trunk) || entry_of(trunk).kind != map_entry::free_page)
      return fmt::format("page {}: the list of free pages leads to it", trunk);
    const unsigned char* bytes = page(trunk);
    const std::uint32_t leaves = big_endian_4(bytes + 4);
    if (leaves > usable_ / 4 - 2) return fmt::format("page {}: too many free pages are listed in it", trunk);
    for (std::uint32_t i = 0; i < leaves; ++i) {
      const page_no leaf = big_endian_4(bytes + 8 + 4 * i);
      if (!may_hold_content(leaf) || entry_of(leaf).kind != map_entry::free_page)
        return fmt::format("page {}: it lists page {} as free", trunk, leaf);
    }
    found += 1 + leaves;
    trunk = big_endian_4(bytes);
  }
  return found == counted && trunk == 0 ? ""
                                        : fmt::format("page 1: {} free pages are counted, {} listed", counted, found);
}

std::string file_check::fault_of_mention(page_no at, page_no mentioned, map_entry as) {
  if (mentioned == at || !may_hold_content(mentioned))
    return fmt::format("page {}: it mentions page {}, which cannot be", at, mentioned);
  if (entry_of(mentioned) == as) return "";
  return fmt::format("page {}: it mentions page {}, of which the pointer map says otherwise", at, mentioned);
}

std::string file_check::parse(page_no at, tree_page& tree) {
  const unsigned char* bytes = page(at);
  const std::size_t begin = at == 1 ? header_bytes : 0;
  const unsigned char* header = bytes + begin;
  const int kind = header[0];
  const auto say = [&](const char* fault) { return fmt::format("page {}: {}", at, fault); };
  if (kind != interior_index && kind != interior_table && kind != leaf_index && kind != leaf_table)
    return say("it is no page of a tree");
  tree.is_leaf = kind == leaf_index || kind == leaf_table;
  tree.has_rows = kind == interior_table || kind == leaf_table;
  const std::size_t count = big_endian_2(header + 3);
  const std::size_t pointers = begin + (tree.is_leaf ? 8 : 12);
  const std::size_t said = big_endian_2(header + 5);
  const std::size_t content = said == 0 ? 65536 : said;
  if (pointers + 2 * count > content || content > usable_) return say("its cells begin in a wrong place");
  if (!tree.is_leaf) tree.right = big_endian_4(header + 8);
  std::vector<range> taken;
  taken.reserve(count + 4);
  tree.cells.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t cell = big_endian_2(bytes + pointers + 2 * i);
    if (cell < content || cell + 4 > usable_) return say("a cell lies outside");
    std::size_t end = cell;
    if (std::string fault = parse_cell(bytes, cell, tree, end); !fault.empty()) return say(fault.c_str());
    taken.emplace_back(cell, std::max(end, cell + 4));
    const bool is_in_order = i == 0 || !tree.has_rows || tree.cells[i - 1].row < tree.cells[i].row;
    if (!is_in_order) return say("its rows are out of order");
  }
  std::size_t before = 0;
  for (std::size_t block = big_endian_2(header + 1); block != 0; block = big_endian_2(bytes + block)) {
    if (block <= before || block < content || block + 4 > usable_) return say("its list of free bytes is broken");
    taken.emplace_back(block, block + std::max<std::size_t>(4, big_endian_2(bytes + block + 2)));
    before = block;
  }
  const char* fault = fault_of_ranges(taken, content, usable_, header[7]);
  return fault == nullptr ? "" : say(fault);
}

std::string file_check::parse_cell(const unsigned char* bytes, std::size_t at, tree_page& tree,
                                   std::size_t& end) const {
  tree_cell& cell = tree.cells.emplace_back();
  if (!tree.is_leaf) {
    cell.child = big_endian_4(bytes + at);
    at += 4;
  }
  std::uint64_t payload = 0;
  const bool has_payload = tree.is_leaf || !tree.has_rows;
  if (has_payload && !read_varint(bytes, usable_, at, payload)) return "a cell goes beyond the page";
  if (tree.has_rows) {
    std::uint64_t row = 0;
    if (!read_varint(bytes, usable_, at, row)) return "a cell goes beyond the page";
    cell.row = static_cast<std::int64_t>(row);
  }
  std::string fault = has_payload ? parse_payload(bytes, at, payload, tree, cell) : "";
  end = at;
  return fault;
}

std::string file_check::parse_payload(const unsigned char* bytes, std::size_t& at, std::uint64_t payload,
                                      const tree_page& tree, tree_cell& cell) const {
  if (payload > INT32_MAX) return "a row is longer than any can be";
  const std::size_t most = tree.has_rows ? usable_ - 35 : (usable_ - 12) * 64 / 255 - 23;
  const std::size_t least = (usable_ - 12) * 32 / 255 - 23;
  std::size_t local = static_cast<std::size_t>(payload);
  if (local > most) {
    local = least + (local - least) % (usable_ - 4);
    if (local > most) local = least;
  }
  const bool goes_on = payload > local;
  if (at + local + (goes_on ? 4 : 0) > usable_) return "a cell goes beyond the page";
  if (const char* fault = fault_of_record(bytes + at, local, payload)) return fault;
  at += local;
  if (!goes_on) return "";
  cell.overflow = big_endian_4(bytes + at);
  at += 4;
  return cell.overflow == 0 ? "the rest of a row is missing" : "";
}

// --- pages

bool file_check::may_hold_content(page_no at) const {
  return at >= 1 && at <= pages_ && at != lock_page_ && (at == 1 || map_page_of(at) != at);
}

bool file_check::is_tree(page_no at) {
  if (at == 1) return true;
  const int kind = entry_of(at).kind;
  return kind == map_entry::root || kind == map_entry::tree;
}

// A page of the map stands before the pages that it tells of.
file_check::page_no file_check::map_page_of(page_no at) const {
  const auto pages_each = static_cast<page_no>(usable_ / 5) + 1;
  const page_no map = (at - 2) / pages_each * pages_each + 2;
  return map == lock_page_ ? map + 1 : map;
}

file_check::map_entry file_check::entry_of(page_no at) {
  const page_no map = map_page_of(at);
  if (at <= map) return {};
  const std::size_t offset = 5 * static_cast<std::size_t>(at - map - 1);
  if (offset + 5 > usable_) return {};
  const unsigned char* entry = page(map) + offset;
  return {entry[0], big_endian_4(entry + 1)};
}

// Stays where it is until the piece ends.
const unsigned char* file_check::page(page_no wanted) {
  const auto in_chunk = [&] {
    return !chunk_.empty() && wanted >= chunk_first_ && wanted - chunk_first_ < chunk_.size() / page_bytes_;
  };
  if (wanted == mark_.next && chunk_.empty() && pages_ != 0) {
    chunk_first_ = wanted;
    read(chunk_, wanted, std::clamp<std::size_t>(pages_ - wanted + 1, 1, pages_at_once_));
  }
  if (in_chunk()) return chunk_.data() + (wanted - chunk_first_) * page_bytes_;
  auto& other = others_[wanted];
  if (other.empty()) read(other, wanted, 1);
  return other.data();
}

void file_check::read(std::vector<unsigned char>& into, page_no first, std::size_t pages) {
  into.assign(pages * page_bytes_, 0);
  sqlite3_file* file = nullptr;
  sqlite3_file_control(database_.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  const int answer =
      file->pMethods->xRead(file, into.data(), static_cast<int>(into.size()),
                            static_cast<sqlite3_int64>(first - 1) * static_cast<sqlite3_int64>(page_bytes_));
  if (answer == SQLITE_OK) return;
  if (answer == SQLITE_IOERR_SHORT_READ) {
    is_cut_ = true;
    return;
  }
  pages_at_once_ = 1;
  into.clear();
  throw SQLite::Exception(sqlite3_errstr(answer), answer);
}

} // namespace pawl::storage
