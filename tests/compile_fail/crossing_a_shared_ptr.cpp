// SPDX-License-Identifier: MIT
// A shared_ptr would no longer share.
// expect: a shared_ptr cannot cross to another process: memory is not shared
#include <troika/proc/wire_codec.hpp>

#include <memory>

void send(troika::wire_writer& to, const std::shared_ptr<int>& shared) { to.write(shared); }
