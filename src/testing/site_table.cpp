// SPDX-License-Identifier: MIT
#include "testing/site_table.hpp"

#include <algorithm>

namespace troika::testing::impl {

std::memory_order site_table::use(std::string_view operation, std::memory_order order,
                                  std::source_location where) {
    if (order == std::memory_order_relaxed) return order;
    const std::size_t mixed = where.line() * 31u + where.column() * 7u + operation.size();
    known& slot = known_[mixed % known_.size()];
    if (slot.file == where.file_name() && slot.operation == operation.data()
        && slot.line == where.line() && slot.column == where.column() && slot.asked == order)
        return slot.used;
    const model_site site{where.file_name(), where.line(), where.column(), std::string(operation),
                          order};
    if (std::ranges::find(sites_, site) == sites_.end()) sites_.push_back(site);
    slot = {where.file_name(), operation.data(), where.line(), where.column(), order, order};
    if (weaken_ && weaken_->site == site) slot.used = weaken_->order;
    return slot.used;
}

}  // namespace troika::testing::impl
