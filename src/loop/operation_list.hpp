// SPDX-License-Identifier: MIT
#pragma once

#include <troika/loop/poller.hpp>

namespace troika {

/// A list of operations in flight, by the links that they lend to the poller. An operation is in
/// one list at a time. Sixteen bytes and trivially copyable, so that a table of descriptors can
/// hold two.
class operation_list {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

    [[nodiscard]] io_operation& front() const noexcept { return *first_; }   // Requires: not empty

    void push_back(io_operation& operation) noexcept {
        operation.links.previous = last_;
        operation.links.next = nullptr;
        (last_ ? last_->links.next : first_) = &operation;
        last_ = &operation;
    }

    void push_front(io_operation& operation) noexcept {
        operation.links.previous = nullptr;
        operation.links.next = first_;
        (first_ ? first_->links.previous : last_) = &operation;
        first_ = &operation;
    }

    /// Requires: not empty.
    io_operation& pop_front() noexcept {
        io_operation& operation = *first_;
        remove(operation);
        return operation;
    }

    /// Requires: `operation` is in this list.
    void remove(io_operation& operation) noexcept {
        io_operation* previous = operation.links.previous;
        io_operation* next = operation.links.next;
        (previous ? previous->links.next : first_) = next;
        (next ? next->links.previous : last_) = previous;
        operation.links.previous = operation.links.next = nullptr;
    }

private:
    io_operation* first_ = nullptr;
    io_operation* last_ = nullptr;
};

}  // namespace troika
