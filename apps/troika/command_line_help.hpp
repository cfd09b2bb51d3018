// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

namespace CLI {
class Formatter;
}

namespace troika::apps {

/// What writes our help: without what is said when a command is done, and ranges that are said when
/// they are left.
[[nodiscard]] std::shared_ptr<CLI::Formatter> make_plain_formatter();

}  // namespace troika::apps
