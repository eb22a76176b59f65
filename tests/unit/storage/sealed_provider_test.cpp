// The source of secrets over a file that is replaced while it is used.
#include "tests/unit/storage/sealed_support.hpp"

#include <atomic>
#include <thread>

namespace storage_sealed_provider_test {

using namespace sealed_tests;

namespace {

result<void> accept_all(const std::string&, std::int64_t, const std::string&) { return {}; }

/// What a host remembers of the store.
struct memory {
  std::string id;
  std::int64_t generation = 0;
  int asked = 0;

  sealed_provider::acceptance acceptance() {
    return [this](const std::string& store_id, std::int64_t found, const std::string&) -> result<void> {
      ++asked;
      if (!id.empty() && id != store_id) return error{errc::corrupt, "another store", ""};
      if (found < generation) return error{errc::corrupt, "an older store: accept the rollback, or put it right", ""};
      id = store_id;
      generation = found;
      return {};
    };
  }
};

std::string fetched(sealed_provider& from, const std::string& name) {
  const auto got = from.fetch(name);
  return got ? got->version + " " + std::string(got->bytes.view()) : code_of(got);
}

} // namespace

TEST_CASE("sealed provider: gives the newest version and its policy") {
  const place at;
  auto store = at.create();
  set(*store, "a", "12345678");
  memory host;
  sealed_provider provider(at.store, at.key, host.acceptance());
  REQUIRE(provider.open());
  CHECK(provider.source() == "sealed");
  CHECK(fetched(provider, "a") == "1 12345678");
  CHECK(*provider.policy("a") == settings_for().policy);
  CHECK(code_of(provider.policy("b")) == "not_found");
  CHECK(fetched(provider, "b") == "not_found");
  set(*store, "a", "23456789");
  set(*store, "b", "another one");
  CHECK(fetched(provider, "a") == "2 23456789");
  CHECK(fetched(provider, "b") == "1 another one");
  CHECK(host.asked == 2);
  REQUIRE(store->remove("a"));
  CHECK(fetched(provider, "a") == "not_found");
}

TEST_CASE("sealed provider: does not open with a wrong key or without a file") {
  const place at;
  CHECK(code_of(sealed_provider(at.store, at.key, accept_all).open()) == "not_found");
  at.create();
  write_whole(at.folder.file("k"), std::string(32, 'x'), 0400);
  CHECK(code_of(sealed_provider(at.store, file_key(at.folder.file("k")), accept_all).open()) == "access");
}

TEST_CASE("sealed provider: an older file is refused, and again, until a good one is there") {
  const place at;
  auto store = at.create();
  set(*store, "a", "12345678");
  const std::string older = read_whole(at.store);
  set(*store, "a", "23456789");
  const std::string newer = read_whole(at.store);
  memory host;
  sealed_provider provider(at.store, at.key, host.acceptance());
  REQUIRE(provider.open());
  write_whole(at.store, older);
  CHECK(fetched(provider, "a") == "corrupt");
  CHECK(fetched(provider, "a") == "corrupt");
  CHECK(code_of(provider.policy("a")) == "corrupt");
  write_whole(at.store, newer);
  CHECK(fetched(provider, "a") == "2 23456789");
}

TEST_CASE("sealed provider: a file that is gone, foreign or changed is an error of each fetch") {
  const place at;
  auto store = at.create();
  set(*store, "a", "12345678");
  const std::string good = read_whole(at.store);
  sealed_provider provider(at.store, at.key, accept_all);
  REQUIRE(provider.open());
  std::filesystem::remove(at.store);
  CHECK(fetched(provider, "a") == "storage");
  write_whole(at.store, good.substr(0, good.size() - 1));
  CHECK(fetched(provider, "a") == "corrupt");
  write_whole(at.store, "something else entirely");
  CHECK(fetched(provider, "a") == "corrupt");
  write_whole(at.store, good);
  CHECK(fetched(provider, "a") == "1 12345678");
}

TEST_CASE("sealed provider: a value never goes by the policy that an earlier one had") {
  const place at;
  auto store = at.create();
  set(*store, "a", "12345678");
  sealed_provider provider(at.store, at.key, accept_all);
  REQUIRE(provider.open());
  REQUIRE(provider.policy("a"));
  REQUIRE(store->set("a", secret("23456789"), settings_for("narrower"), 1, 1));
  CHECK(fetched(provider, "a") == "busy");
  CHECK(provider.policy("a")->definitions == std::vector<std::string>{"narrower"});
  CHECK(fetched(provider, "a") == "2 23456789");
}

TEST_CASE("sealed provider: 200 rotations of the key file disturb no fetch") {
  const place at;
  auto store = at.create();
  set(*store, "a", "12345678");
  std::atomic<bool> is_over{false};
  std::atomic<int> fetches{0};
  std::vector<std::string> failures;
  std::thread reader([&] {
    sealed_provider provider(at.store, at.key, accept_all);
    while (!is_over || fetches == 0) {
      auto asked = provider.policy("a");
      if (!asked) failures.push_back(to_string(asked.failure()));
      const auto got = provider.fetch("a");
      if (!got)
        failures.push_back(to_string(got.failure()));
      else if (got->bytes.view() != "12345678")
        failures.push_back("another value");
      ++fetches;
    }
  });
  int rotated = 0;
  while (rotated < 200 && store->rotate(at.key, {}))
    ++rotated;
  is_over = true;
  reader.join();
  INFO((failures.empty() ? std::string() : failures.front()));
  CHECK(failures.empty());
  CHECK(rotated == 200);
  CHECK(store->generation() == 202);
}

} // namespace storage_sealed_provider_test
