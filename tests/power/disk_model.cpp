// Unsynced effects are cut into pieces, the unit of damage; a damage gives each piece a fate.
#include "tests/power/disk_model.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace pawl::power {

enum class fate { kept, lost, noise, zeros };

// What becomes of the pieces, as disks and file systems are known to fail.
enum class manner {
  all_lost,
  all_kept,
  whole_effects,
  sectors,
  torn_in_order,
  garbled,
  one_lost,
  one_kept,
  one_garbled
};

namespace {

using random = std::mt19937_64;

constexpr std::array manner_names = {"all lost",     "all kept", "whole effects", "any sectors", "in order, torn",
                                     "some garbled", "one lost", "one kept",      "one garbled"};
// The folder's entries may go their own way.
enum class names_go { as_pieces, kept, lost };
constexpr std::array names_texts = {"names as data", "names kept", "names lost"};

std::uint64_t below(random& from, std::uint64_t limit) { return from() % limit; }
bool is_log(const std::string& name) { return name.size() > 4 && name.compare(name.size() - 4, 4, "-wal") == 0; }

// Noise or zeros, but for what `safe` holds already.
void garble(std::string& bytes, fate how, random& noise, const std::string& safe, std::size_t begin) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char random_byte = static_cast<char>(noise());
    if (begin + i < safe.size() && safe[begin + i] == bytes[i]) continue;
    bytes[i] = how == fate::zeros ? '\0' : random_byte;
  }
}

bool happens(random& from, unsigned percent) { return below(from, 100) < percent; }

std::size_t at(std::int64_t offset) { return static_cast<std::size_t>(offset); }

void overlay(std::string& content, std::int64_t offset, const std::string& bytes) {
  if (content.size() < at(offset) + bytes.size()) content.resize(at(offset) + bytes.size(), '\0');
  content.replace(at(offset), bytes.size(), bytes);
}

} // namespace

struct disk_model::piece {
  enum class kind { bytes, truncate, name } what = kind::bytes;
  std::size_t file = 0;   ///< index; of a name: the index in name_changes_
  std::size_t change = 0; ///< index in the file's changes
  std::int64_t begin = 0; ///< of the file
  std::int64_t end = 0;
  std::uint64_t order = 0;
};

struct disk_model::choice {
  manner how = manner::all_kept;
  names_go names = names_go::as_pieces;
  std::int64_t sector = 512;
  std::uint64_t noise = 0;
  std::vector<piece> pieces;
  std::vector<fate> fates;
};

disk_model::disk_model(const files& synced) {
  for (const auto& [name, content] : synced) {
    names_[name] = files_.size();
    files_.push_back({content, {}});
  }
  synced_names_ = names_;
}

void disk_model::apply(const disk_event& event) {
  using kind = disk_event::kind;
  ++clock_;
  const auto found = names_.find(event.file);
  if (event.what == kind::create) {
    if (found != names_.end()) return; // it was there
    name_changes_.push_back({event.file, files_.size(), clock_});
    names_[event.file] = files_.size();
    files_.emplace_back();
    return;
  }
  if (found == names_.end()) return; // its name was taken away while somebody had it open: it goes either way
  const std::size_t id = found->second;
  switch (event.what) {
    case kind::create: break;
    case kind::remove:
      name_changes_.push_back({event.file, std::nullopt, clock_});
      names_.erase(found);
      break;
    case kind::write: files_[id].changes.push_back({false, event.offset, event.bytes, clock_}); break;
    case kind::truncate: files_[id].changes.push_back({true, event.offset, "", clock_}); break;
    case kind::sync: sync(files_[id], event.failed); break;
  }
  if (event.with_folder) sync_folder();
}

void disk_model::put(std::string& content, const change& c) {
  if (c.is_truncate)
    content.resize(at(c.offset), '\0');
  else
    overlay(content, c.offset, c.bytes);
}

void disk_model::sync(file& synced, bool failed) {
  for (change& c : synced.changes) {
    if (failed && !c.is_durable) c.is_abandoned = true;
    if (!failed && !c.is_abandoned) c.is_durable = true;
  }
  const auto first_open =
      std::find_if(synced.changes.begin(), synced.changes.end(), [](const change& c) { return !c.is_durable; });
  for (auto c = synced.changes.begin(); c != first_open; ++c)
    put(synced.synced, *c);
  synced.changes.erase(synced.changes.begin(), first_open);
}

void disk_model::sync_folder() {
  synced_names_ = names_;
  name_changes_.clear();
}

bool disk_model::is_synced() const {
  return name_changes_.empty() && std::all_of(files_.begin(), files_.end(), [](const file& f) {
           return std::all_of(f.changes.begin(), f.changes.end(), [](const change& c) { return c.is_durable; });
         });
}

std::vector<disk_model::piece> disk_model::pieces(std::int64_t sector) const {
  std::vector<piece> all;
  for (std::size_t f = 0; f < files_.size(); ++f)
    for (std::size_t i = 0; i < files_[f].changes.size(); ++i) {
      const change& c = files_[f].changes[i];
      if (c.is_durable) continue;
      if (c.is_truncate) all.push_back({piece::kind::truncate, f, i, 0, 0, c.order});
      const std::int64_t end = c.offset + static_cast<std::int64_t>(c.bytes.size());
      for (std::int64_t begin = c.offset; begin < end;) {
        const std::int64_t next = std::min(end, (begin / sector + 1) * sector);
        all.push_back({piece::kind::bytes, f, i, begin, next, c.order});
        begin = next;
      }
    }
  for (std::size_t i = 0; i < name_changes_.size(); ++i)
    all.push_back({piece::kind::name, i, 0, 0, 0, name_changes_[i].order});
  return all;
}

// The fate of each piece, before what only bytes can suffer is ruled out for the others.
std::vector<fate> disk_model::fates(manner how, const std::vector<piece>& all, random& from) {
  const bool mostly_kept = how == manner::all_kept || how == manner::one_lost || how == manner::one_garbled;
  std::vector<fate> made(all.size(), mostly_kept ? fate::kept : fate::lost);
  if (all.empty()) return made;
  const std::size_t one = below(from, all.size());
  const unsigned percent = std::array{10U, 50U, 90U}[below(from, 3)];
  std::map<std::uint64_t, fate> of_effect;
  const auto in_order = [](const piece& p) { return std::pair(p.order, p.begin); };
  for (std::size_t i = 0; i < all.size(); ++i) {
    switch (how) {
      case manner::all_lost:
      case manner::all_kept: break;
      case manner::one_lost: made[one] = fate::lost; break;
      case manner::one_kept: made[one] = fate::kept; break;
      case manner::one_garbled: made[one] = percent == 50 ? fate::zeros : fate::noise; break;
      case manner::sectors: made[i] = happens(from, percent) ? fate::kept : fate::lost; break;
      case manner::whole_effects:
        made[i] = of_effect.try_emplace(all[i].order, happens(from, percent) ? fate::kept : fate::lost).first->second;
        break;
      case manner::torn_in_order: made[i] = in_order(all[i]) <= in_order(all[one]) ? fate::kept : fate::lost; break;
      case manner::garbled: made[i] = happens(from, percent) ? fate::kept : static_cast<fate>(below(from, 4)); break;
    }
  }
  return made;
}

disk_model::choice disk_model::choose(std::uint64_t damage) const {
  random from(damage);
  choice made;
  made.how = damage == all_lost   ? manner::all_lost
             : damage == all_kept ? manner::all_kept
                                  : static_cast<manner>(2 + below(from, manner_names.size() - 2));
  made.names = damage <= all_kept ? names_go::as_pieces : static_cast<names_go>(below(from, names_texts.size()));
  made.sector = happens(from, 50) ? 512 : 4096;
  made.noise = from();
  made.pieces = pieces(made.sector);
  made.fates = fates(made.how, made.pieces, from);
  for (std::size_t i = 0; i < made.pieces.size(); ++i) {
    const auto what = made.pieces[i].what;
    if (what != piece::kind::bytes && made.fates[i] != fate::kept) made.fates[i] = fate::lost;
    if (what == piece::kind::name && made.names != names_go::as_pieces)
      made.fates[i] = made.names == names_go::kept ? fate::kept : fate::lost;
  }
  return made;
}

std::string disk_model::durable(const file& of) {
  std::string content = of.synced;
  for (const change& c : of.changes)
    if (c.is_durable) put(content, c);
  return content;
}

std::map<std::string, std::size_t> disk_model::names_after(const choice& chosen) const {
  auto names = synced_names_;
  for (std::size_t i = 0; i < chosen.pieces.size(); ++i) {
    if (chosen.pieces[i].what != piece::kind::name || chosen.fates[i] != fate::kept) continue;
    const name_change& c = name_changes_[chosen.pieces[i].file];
    if (c.to)
      names[c.name] = *c.to;
    else
      names.erase(c.name);
  }
  return names;
}

files disk_model::build(const choice& chosen) const {
  std::map<std::pair<std::size_t, std::size_t>, std::vector<std::size_t>> of_change;
  for (std::size_t i = 0; i < chosen.pieces.size(); ++i)
    if (const piece& p = chosen.pieces[i]; p.what != piece::kind::name) of_change[{p.file, p.change}].push_back(i);
  random noise(chosen.noise);
  files built;
  for (const auto& [name, id] : names_after(chosen)) {
    std::string content = files_[id].synced;
    for (std::size_t c = 0; c < files_[id].changes.size(); ++c) {
      const change& done = files_[id].changes[c];
      if (done.is_durable) put(content, done);
      if (done.is_durable) continue;
      for (const std::size_t i : of_change[{id, c}]) {
        const piece& p = chosen.pieces[i];
        const fate f = chosen.fates[i];
        if (f == fate::lost) continue;
        if (p.what == piece::kind::truncate) {
          put(content, done);
          continue;
        }
        std::string bytes = done.bytes.substr(at(p.begin - done.offset), at(p.end - p.begin));
        if (f != fate::kept) garble(bytes, f, noise, is_log(name) ? durable(files_[id]) : "", at(p.begin));
        overlay(content, p.begin, bytes);
      }
    }
    built[name] = std::move(content);
  }
  return built;
}

files disk_model::cache() const { return build(choose(all_kept)); }

files disk_model::after_power_cut(std::uint64_t damage) const { return build(choose(damage)); }

std::string disk_model::describe(std::uint64_t damage) const {
  const choice made = choose(damage);
  const auto count = [&](fate wanted) {
    return std::to_string(std::count(made.fates.begin(), made.fates.end(), wanted));
  };
  return std::string(manner_names[static_cast<std::size_t>(made.how)]) + ", " +
         names_texts[static_cast<std::size_t>(made.names)] + ", sectors of " + std::to_string(made.sector) + ": of " +
         std::to_string(made.pieces.size()) + " unsynced pieces " + count(fate::kept) + " kept, " + count(fate::lost) +
         " lost, " + count(fate::noise) + " noise, " + count(fate::zeros) + " zeros";
}

} // namespace pawl::power
