// SPDX-License-Identifier: MIT
// What can be written has to be readable.
// expect: this type.s troika::crossing<T> lacks
#include <troika/proc/wire_codec.hpp>

class half {
public:
    explicit half(int number) : number_(number) {}

private:
    int number_;
};
template <>
struct troika::crossing<half> {
    static void write(wire_writer& to, const half&) { to.write(1); }
};
void send(troika::wire_writer& to, const half& what) { to.write(what); }
