// SPDX-License-Identifier: MIT
// A class with secrets has to say how it crosses.
// expect: troika does not know how a value of this type crosses
#include <troika/proc/wire_codec.hpp>

class stranger {
public:
    explicit stranger(int number) : number_(number) {}

private:
    int number_;
};
void send(troika::wire_writer& to, const stranger& what) { to.write(what); }
