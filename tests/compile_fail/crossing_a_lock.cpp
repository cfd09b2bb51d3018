// SPDX-License-Identifier: MIT
// An atomic belongs to one process.
// expect: a lock, an atomic, a thread, a future or a task cannot cross
#include <troika/proc/wire_codec.hpp>

#include <atomic>

struct counter {
    std::atomic<int> value;
};
int read(troika::wire_reader& from) { return from.read<counter>().value; }
