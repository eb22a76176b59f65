// A definition and labels as commands take them that start instances.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace pawl::tool {

/// The text of the file. One that cannot run ends the command before a store is made or taken; warnings go to stderr.
std::string read_definition(const std::string& file, const std::string& fallback_id);

/// NAME=VALUE each. Ends the command (usage) when one is not, or a name comes twice.
std::map<std::string, std::string> read_labels(const std::vector<std::string>& given);

} // namespace pawl::tool
