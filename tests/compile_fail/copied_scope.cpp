// SPDX-License-Identifier: MIT
// A cancel scope is a place in the tree of scopes; a second one at the same place makes no sense.
// expect: deleted
#include <troika/core/cancel_scope.hpp>

void copies(troika::cancel_scope& scope) { troika::cancel_scope again = scope; }
