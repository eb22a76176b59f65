// Which function of this program an address lies in, by the symbol table of its own file; works without exported
// names. For tests that must know who calls them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

extern "C" const char __executable_start; // the linker's

namespace pawl::test {

/// The functions whose mangled names hold one of some words.
class own_symbols {
public:
  explicit own_symbols(const std::vector<std::string_view>& words) {
    std::ifstream in("/proc/self/exe", std::ios::binary);
    const std::string file{std::istreambuf_iterator<char>(in), {}};
    const auto* head = reinterpret_cast<const Elf64_Ehdr*>(file.data());
    const auto base = head->e_type == ET_DYN ? reinterpret_cast<std::uintptr_t>(&__executable_start) : 0;
    const auto* sections = reinterpret_cast<const Elf64_Shdr*>(file.data() + head->e_shoff);
    for (int i = 0; i < head->e_shnum; ++i) {
      if (sections[i].sh_type != SHT_SYMTAB) continue;
      const char* names = file.data() + sections[sections[i].sh_link].sh_offset;
      const auto* symbols = reinterpret_cast<const Elf64_Sym*>(file.data() + sections[i].sh_offset);
      for (std::size_t s = 0; s < sections[i].sh_size / sizeof(Elf64_Sym); ++s) {
        const std::string_view name = names + symbols[s].st_name;
        const auto in_name = [&](std::string_view word) { return name.find(word) != std::string_view::npos; };
        if (symbols[s].st_size > 0 && std::any_of(words.begin(), words.end(), in_name))
          ranges_.push_back({base + symbols[s].st_value, base + symbols[s].st_value + symbols[s].st_size});
      }
    }
  }

  bool empty() const { return ranges_.empty(); }
  /// A return address may lie right behind its function.
  bool holds(const void* address) const {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    return std::any_of(ranges_.begin(), ranges_.end(), [at](const range& r) { return r.from < at && at <= r.to; });
  }

private:
  struct range {
    std::uintptr_t from;
    std::uintptr_t to;
  };
  std::vector<range> ranges_;
};

} // namespace pawl::test
