// SPDX-License-Identifier: MIT
// A pointer is found wherever it hides.
// expect: a pointer cannot cross to another process: it means nothing there
#include <troika/proc/wire_codec.hpp>

#include <string>
#include <vector>

struct job {
    std::string name;
    std::vector<const char*> words;
};
void send(troika::wire_writer& to, const job& what) { to.write(what); }
