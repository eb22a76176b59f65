// CAF costs a second a file: precompiled once for the rooms that use it.
#pragma once

#include <caf/all.hpp>

#include <nlohmann/json.hpp>
