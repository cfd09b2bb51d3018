// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

namespace troika {

/// A message between processes that is not what it should be: cut short, with lengths that cannot
/// be, or nested too deeply. what() says what is wrong.
class wire_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace troika
