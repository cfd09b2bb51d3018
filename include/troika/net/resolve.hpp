// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/net/address.hpp>

#include <vector>

namespace troika::net {

/// Looks a host up in all that the system knows: hosts file, name servers, mDNS.
///
/// It happens on threads of its own, never in the loop's or the file helpers'. Of those who ask for
/// one name at a time, one asks the system and all get the answer, which is used again for up to 30
/// seconds. A numeric host or a Unix path is answered at once.
/// Returns: addresses with the port of `of`, at least one, the most promising first.
/// Throws: std::system_error "resolve example.invalid: no such host: check the spelling".
/// Cancel: at once; the answer, when it comes, is kept for others.
/// Lifetime: the text of `of`, until the call returns.
task<std::vector<address>> resolve(endpoint of);

}  // namespace troika::net
