// SPDX-License-Identifier: MIT
#include "apps/troika/commands.hpp"

#include <troika/loop/poller.hpp>

#include "os/environment.hpp"
#include "os/processors.hpp"

#include <cstdio>

namespace troika::apps {

int run_doctor() {
    std::printf("backend     %s\n", explain_poller().c_str());
    std::printf("processors  %s\n",
                os::explain(os::count_processors(os::processors_allowed())).c_str());
    const os::descriptor_limits files = os::get_descriptor_limits();
    std::printf(
        "open files  %llu, at most %llu: `troika get -j` and servers raise it as they need\n",
        static_cast<unsigned long long>(files.soft), static_cast<unsigned long long>(files.hard));
    return 0;
}

}  // namespace troika::apps
