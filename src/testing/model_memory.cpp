// SPDX-License-Identifier: MIT
#include "testing/model_memory.hpp"

#include <bit>

namespace troika::testing::impl {

model_memory::model_memory() : slots_(256) {}

void model_memory::clear() noexcept {
    size_ = 0;
    used_ = 0;
    ++round_;
    sequence_.clear();
}

std::size_t model_memory::construct(const void* address, bool is_plain) {
    if (size_ == locations_.size()) locations_.emplace_back();
    if (2 * used_ >= slots_.size()) grow();
    slot& there = slots_[probe(address)];
    if (there.round != round_) ++used_;
    there = {address, size_, round_};
    locations_[size_].is_plain = is_plain;
    locations_[size_].alive = true;
    return size_++;
}

std::size_t model_memory::find(const void* address) const noexcept {
    const slot& there = slots_[probe(address)];
    return there.round == round_ ? there.number : none;
}

std::size_t model_memory::probe(const void* address) const noexcept {
    const auto bits = std::bit_cast<std::uintptr_t>(address) * 0x9e3779b97f4a7c15u;
    std::size_t at = (bits >> 32) & (slots_.size() - 1);
    while (slots_[at].round == round_ && slots_[at].address != address)
        at = (at + 1) & (slots_.size() - 1);
    return at;
}

void model_memory::grow() {
    const std::vector<slot> before(2 * slots_.size());
    std::vector<slot> old = slots_;
    slots_ = before;
    for (const slot& one : old)
        if (one.round == round_) slots_[probe(one.address)] = one;
}

}  // namespace troika::testing::impl
