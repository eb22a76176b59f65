// The reading functions of the port over queries, for the owner's store and for the reader alike.
// An implementation says how a read is begun and ended; SQLite's exceptions end here.
#pragma once

#include "storage/queries.hpp"

#include <functional>

namespace pawl::storage {

template <class Port> class sqlite_reading : public Port {
public:
  result<std::optional<instance_key>> find(std::string_view uid) override {
    return read([&](queries& q) { return q.find(std::string(uid)); });
  }
  result<loaded_instance> load(instance_key instance) override {
    return read([&](queries& q) { return q.load(instance); });
  }
  result<std::vector<summary_row>> list(instance_key after, std::size_t limit) override {
    return read([&](queries& q) { return q.list(after, limit); });
  }
  result<std::vector<summary_row>> list_by_uid(std::string_view after, std::size_t limit) override {
    return read([&](queries& q) { return q.list_by_uid(std::string(after), limit); });
  }
  result<std::vector<step_row>> history(instance_key instance, std::int64_t after, std::size_t limit) override {
    return read([&](queries& q) { return q.history(instance, after, limit); });
  }
  result<std::vector<result_row>> context(instance_key instance, std::size_t limit) override {
    return read([&](queries& q) { return q.context(instance, limit); });
  }
  result<std::vector<result_row>> last_results(instance_key instance, const std::vector<std::string>& nodes) override {
    return read([&](queries& q) { return q.last_results(instance, nodes); });
  }
  result<std::vector<result_row>> results(instance_key instance, std::string_view node,
                                          const result_limits& allowed) override {
    return read([&](queries& q) { return q.results(instance, std::string(node), allowed); });
  }
  result<std::optional<definition_row>> definition_by_hash(std::string_view hash) override {
    return read([&](queries& q) { return q.definition_by_hash(std::string(hash)); });
  }
  result<std::optional<definition_row>> latest_definition(std::string_view id) override {
    return read([&](queries& q) { return q.latest_definition(std::string(id)); });
  }
  result<std::vector<definition_row>> latest_definitions() override {
    return read([](queries& q) { return q.latest_definitions(); });
  }
  result<std::vector<definition_version>> definitions(std::int64_t after, std::size_t limit) override {
    return read([&](queries& q) { return q.definitions(after, limit); });
  }
  result<std::vector<secret_audit_entry>> secret_audit(std::int64_t after, std::size_t limit) override {
    return read([&](queries& q) { return q.secret_audit(after, limit); });
  }
  result<std::vector<schedule_row>> schedules(std::string_view after, std::size_t limit) override {
    return read([&](queries& q) { return q.schedules(std::string(after), limit); });
  }
  result<store_facts> facts() override {
    return read([](queries& q) { return q.store_of(); });
  }
  result<core::clock_offsets> offsets() override {
    return read([&](queries& q) { return q.offsets(); });
  }
  result<std::optional<schedule_row>> schedule(std::string_view id) override {
    return read([&](queries& q) { return q.schedule(std::string(id)); });
  }

protected:
  /// Runs `body` once, or again when what it saw cannot be trusted.
  virtual result<void> with_queries(const std::function<void(queries&)>& body) = 0;

  template <class Body> auto read(Body body) -> decltype(body(std::declval<queries&>())) {
    std::optional<decltype(body(std::declval<queries&>()))> answer;
    if (auto ok = with_queries([&](queries& q) { answer.emplace(body(q)); }); !ok) return ok.failure();
    return *std::move(answer);
  }
};

} // namespace pawl::storage
