// Names of the error codes and the one-line form of an error.
#include <pawl/error.hpp>

namespace pawl {

const char* to_string(errc code) noexcept {
  switch (code) {
    case errc::bad_json: return "bad_json";
    case errc::bad_definition: return "bad_definition";
    case errc::bad_expression: return "bad_expression";
    case errc::evaluation: return "evaluation";
    case errc::invalid_payload: return "invalid_payload";
    case errc::limit: return "limit";
    case errc::unknown_definition: return "unknown_definition";
    case errc::unknown_type: return "unknown_type";
    case errc::not_found: return "not_found";
    case errc::conflict: return "conflict";
    case errc::unknown_signal: return "unknown_signal";
    case errc::full: return "full";
    case errc::not_waiting: return "not_waiting";
    case errc::ambiguous: return "ambiguous";
    case errc::finished: return "finished";
    case errc::not_finished: return "not_finished";
    case errc::in_use: return "in_use";
    case errc::invalid_argument: return "invalid_argument";
    case errc::overloaded: return "overloaded";
    case errc::stopped: return "stopped";
    case errc::timed_out: return "timed_out";
    case errc::busy: return "busy";
    case errc::wrong_store: return "wrong_store";
    case errc::old_store: return "old_store";
    case errc::corrupt: return "corrupt";
    case errc::disk_full: return "disk_full";
    case errc::access: return "access";
    case errc::storage: return "storage";
    case errc::internal: return "internal";
  }
  return "unknown";
}

std::string to_string(const error& e) {
  std::string text = to_string(e.code);
  text += ": ";
  text += e.message;
  if (!e.where.empty()) {
    text += " (";
    text += e.where;
    text += ")";
  }
  return text;
}

} // namespace pawl
