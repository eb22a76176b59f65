// Gives libcurl a malloc whose free wipes, and sets one option of OpenSSL for the same end.
#include "nodes/curl_memory.hpp"

#include "nodes/curl_handle.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <dlfcn.h>
#include <malloc.h>

namespace pawl::nodes {
namespace {

std::atomic<bool> is_used{false}; ///< by libcurl: the one of these functions which copies header lines

void wipe_and_free(void* block) {
  if (block == nullptr) return;
  ::explicit_bzero(block, ::malloc_usable_size(block)); // what lies behind the asked-for size as well
  std::free(block);
}

char* duplicate(const char* text) {
  is_used = true;
  return ::strdup(text);
}

// realloc would leave the old block as it was. One that still fits stays where it is.
void* allocate_again(void* block, std::size_t size) {
  if (block == nullptr) return std::malloc(size);
  const std::size_t before = ::malloc_usable_size(block);
  if (size <= before && size >= before / 2) return block;
  void* const made = std::malloc(std::max<std::size_t>(size, 1));
  if (made == nullptr) return nullptr;
  std::memcpy(made, block, std::min(before, size));
  wipe_and_free(block);
  return made;
}

// ---- OpenSSL, which libcurl has loaded: its headers and another link are not needed for one call

using set_options_call = std::uint64_t (*)(void* context, std::uint64_t options);
constexpr std::uint64_t cleanse_plaintext = 2; // SSL_OP_CLEANSE_PLAINTEXT

set_options_call find_set_options() {
  const char* const library = ::curl_version_info(CURLVERSION_NOW)->ssl_version;
  constexpr std::string_view needed = "OpenSSL/"; // not its offshoots, which number their options otherwise
  if (library == nullptr || std::strncmp(library, needed.data(), needed.size()) != 0) return nullptr;
  if (std::atoi(library + needed.size()) < 3) return nullptr;
  return reinterpret_cast<set_options_call>(::dlsym(RTLD_DEFAULT, "SSL_CTX_set_options"));
}

CURLcode set_cleansing(CURL*, void* context, void* call) noexcept {
  reinterpret_cast<set_options_call>(call)(context, cleanse_plaintext);
  return CURLE_OK;
}

} // namespace

CURLcode start_wiping_curl() {
  static const CURLcode started = ::curl_global_init_mem(CURL_GLOBAL_DEFAULT, &std::malloc, &wipe_and_free,
                                                         &allocate_again, &duplicate, &std::calloc);
  return started;
}

bool does_curl_wipe() {
  ::curl_slist_free_all(::curl_slist_append(nullptr, "try"));
  return is_used;
}

void wipe_decrypted(CURL* handle) {
  static const set_options_call call = find_set_options();
  if (call == nullptr) return;
  set(handle, CURLOPT_SSL_CTX_DATA, reinterpret_cast<void*>(call));
  set(handle, CURLOPT_SSL_CTX_FUNCTION, &set_cleansing);
}

} // namespace pawl::nodes
