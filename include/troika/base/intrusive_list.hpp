// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>

#include <cstddef>

namespace troika {

/// The two links that make an object a member of at most one intrusive_list at a time.
///
/// `Tag` lets one object be in lists of several kinds.
/// Lifetime: an object must have left its list before it is destroyed.
template <class Tag = void>
class list_hook {
public:
    list_hook() noexcept = default;
    list_hook(const list_hook&) noexcept {}                       // a copy is in no list
    list_hook& operator=(const list_hook&) noexcept { return *this; }

    [[nodiscard]] bool linked() const noexcept { return next_ != nullptr; }

private:
    template <class, class>
    friend class intrusive_list;
    list_hook* previous_ = nullptr;
    list_hook* next_ = nullptr;
};

/// A doubly linked list whose links live in its members: nothing is allocated, removal is O(1).
///
/// `T` derives from list_hook<Tag>. The list does not own its members.
/// Thread: none of its own.
template <class T, class Tag = void>
class intrusive_list {
    using hook = list_hook<Tag>;

public:
    intrusive_list() noexcept { head_.previous_ = head_.next_ = &head_; }
    intrusive_list(const intrusive_list&) = delete;
    intrusive_list& operator=(const intrusive_list&) = delete;
    ~intrusive_list() { check(empty(), "a list is destroyed while it has members"); }

    [[nodiscard]] bool empty() const noexcept { return head_.next_ == &head_; }
    [[nodiscard]] T& front() noexcept { return static_cast<T&>(*head_.next_); }
    [[nodiscard]] T& back() noexcept { return static_cast<T&>(*head_.previous_); }

    void push_back(T& member) noexcept { insert_before(head_, member); }
    void push_front(T& member) noexcept { insert_before(*head_.next_, member); }

    /// Puts `member` before `position`, which is in this list.
    void insert(T& position, T& member) noexcept { insert_before(position, member); }

    T& pop_front() noexcept {
        check(!empty(), "pop_front() of an empty list");
        T& member = front();
        remove(member);
        return member;
    }

    /// Requires: `member` is in this list.
    static void remove(T& member) noexcept {
        hook& h = member;
        h.previous_->next_ = h.next_;
        h.next_->previous_ = h.previous_;
        h.previous_ = h.next_ = nullptr;
    }

    /// Moves all members of `other` to the end of this list, in their order.
    void splice_back(intrusive_list& other) noexcept {
        if (other.empty()) return;
        hook* first = other.head_.next_;
        hook* last = other.head_.previous_;
        other.head_.previous_ = other.head_.next_ = &other.head_;
        first->previous_ = head_.previous_;
        head_.previous_->next_ = first;
        last->next_ = &head_;
        head_.previous_ = last;
    }

    class iterator {
    public:
        explicit iterator(hook* at) noexcept : at_(at) {}
        T& operator*() const noexcept { return static_cast<T&>(*at_); }
        T* operator->() const noexcept { return &static_cast<T&>(*at_); }
        iterator& operator++() noexcept {
            at_ = at_->next_;
            return *this;
        }
        bool operator==(const iterator&) const noexcept = default;

    private:
        hook* at_;
    };
    [[nodiscard]] iterator begin() noexcept { return iterator(head_.next_); }
    [[nodiscard]] iterator end() noexcept { return iterator(&head_); }

private:
    static void insert_before(hook& position, hook& member) noexcept {
        check(!member.linked(), "an object is in one list at a time");
        member.previous_ = position.previous_;
        member.next_ = &position;
        position.previous_->next_ = &member;
        position.previous_ = &member;
    }

    hook head_;
};

}  // namespace troika
