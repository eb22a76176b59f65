// Which planted defect runs; 0: none. Only pawl-sim-mutants has one.
#pragma once

namespace pawl::sim {
extern int planted_mutant;
inline bool is_mutant(int number) { return planted_mutant == number; }
} // namespace pawl::sim
