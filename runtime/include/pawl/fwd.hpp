// Forward declarations of Pawl's public names.
#pragma once

namespace pawl {
struct error;
template <class T> class result;
struct options;
struct node_type;
class node_context;
class outcome;
class clock;
class runtime;
class snapshot;
struct history_entry;
struct instance_summary;
struct instance_event;
class subscription;
class completion;
struct prune_options;
class maintenance;
struct schedule_spec;
struct schedule_info;
} // namespace pawl
