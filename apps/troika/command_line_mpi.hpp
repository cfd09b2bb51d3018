// SPDX-License-Identifier: MIT
#pragma once

namespace CLI {
class App;
}

namespace troika::apps {

/// --mpi, of the commands that have it.
void declare_mpi(CLI::App& of, bool& into);

/// Whether these words ask for it, so that another program has to do what they say.
[[nodiscard]] bool wants_mpi(int argc, const char* const* argv) noexcept;

}  // namespace troika::apps
