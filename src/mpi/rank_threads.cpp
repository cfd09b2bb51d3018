// SPDX-License-Identifier: MIT
#include <troika/mpi/rank_threads.hpp>

#include "os/environment.hpp"
#include "os/processors.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <thread>

namespace troika {

namespace {

/// Of this job on this host, as the one that has started them says.
std::size_t ranks_here() {
    for (const char* const name : {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"}) {
        const auto text = os::environment(name);
        std::size_t count = 0;
        if (text && std::from_chars(text->data(), text->data() + text->size(), count).ec ==
                        std::errc() && count != 0)
            return count;
    }
    return 1;
}

std::size_t threads_of_a_rank() {
    const std::size_t may_use = os::processors_allowed();
    const bool bound = may_use < std::thread::hardware_concurrency();
    return bound ? may_use : std::max<std::size_t>(may_use / ranks_here(), 1);
}

}  // namespace

thread_pool& rank_threads() {
    static thread_pool pool({.workers = threads_of_a_rank(), .name = "rank"});
    return pool;
}

}  // namespace troika
