// SPDX-License-Identifier: MIT
#pragma once

#include "compare.hpp"

#include <string>
#include <utility>
#include <vector>

namespace bench {

/// `program` as so many ranks of one job, as root too; more than processors, none of them bound.
inline command mpi_job(const benchmark& suite, int ranks, std::vector<std::string> program) {
    std::vector<std::string> all{"mpirun", "-n", std::to_string(ranks)};
    all.insert(all.end(), program.begin(), program.end());
    command what = suite.measured(std::move(all));
    what.core = -1;
    what.environment = {{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
                        {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
                        {"OMPI_MCA_rmaps_base_oversubscribe", "1"},
                        {"OMPI_MCA_hwloc_base_binding_policy", "none"}};
    return what;
}

}  // namespace bench
