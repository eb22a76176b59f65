// What Pawl's own code declares, wherever it stands and however it is laid out: what the lists of registry.cpp and
// message_texts.hpp are held against.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace pawl::canary {

/// The text of all .hpp and .cpp below these folders of the sources.
std::string code_below(const std::vector<std::string>& folders);
/// All that may be sent between actors (CAF_ALLOW_UNSAFE_MESSAGE_TYPE). Throws where there is none.
std::set<std::string> messages_in(const std::string& code);
/// Members of that struct that hold a std::function, also by another name for one. Throws unless the code defines the
/// struct once.
std::vector<std::string> callbacks_of(const std::string& name, const std::string& code);

} // namespace pawl::canary
