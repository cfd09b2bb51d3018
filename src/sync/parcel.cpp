// SPDX-License-Identifier: MIT
#include <troika/sync/parcel.hpp>

#include <utility>

namespace troika::impl {

void fifo_shelf::add(parcel& item) noexcept {
    item.next = nullptr;
    if (first_ == nullptr)
        first_ = &item;
    else
        last_->next = &item;
    last_ = &item;
}

parcel* fifo_shelf::take() noexcept {
    parcel* item = first_;
    if (item != nullptr) first_ = item->next;
    return item;
}

void heap_shelf::add(parcel& item) noexcept {
    item.next = item.child = nullptr;
    item.number = ++last_number_;
    root_ = root_ == nullptr ? &item : meld(root_, &item);
}

parcel* heap_shelf::take() noexcept {
    parcel* taken = root_;
    if (taken == nullptr) return nullptr;
    // The children are melded in pairs from the first, then the pairs from the last: the two passes
    // are what keeps the heap flat.
    parcel* pairs = nullptr;
    for (parcel* first = taken->child; first != nullptr;) {
        parcel* second = std::exchange(first->next, nullptr);
        parcel* rest = second == nullptr ? nullptr : std::exchange(second->next, nullptr);
        parcel* pair = second == nullptr ? first : meld(first, second);
        pair->next = pairs;
        pairs = pair;
        first = rest;
    }
    root_ = nullptr;
    while (pairs != nullptr) {
        parcel* rest = std::exchange(pairs->next, nullptr);
        root_ = root_ == nullptr ? pairs : meld(root_, pairs);
        pairs = rest;
    }
    return taken;
}

parcel* heap_shelf::meld(parcel* a, parcel* b) noexcept {
    if (before(*b, *a) || (!before(*a, *b) && b->number < a->number)) std::swap(a, b);
    b->next = a->child;
    a->child = b;
    return a;
}

}  // namespace troika::impl
