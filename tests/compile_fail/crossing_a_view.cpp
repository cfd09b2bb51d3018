// SPDX-License-Identifier: MIT
// What a view looks at stays behind.
// expect: a view \(string_view, span, initializer_list\) cannot cross
#include <troika/proc/wire_codec.hpp>

#include <string_view>

void send(troika::wire_writer& to, std::string_view text) { to.write(text); }
