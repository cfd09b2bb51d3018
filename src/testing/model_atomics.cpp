// SPDX-License-Identifier: MIT
#include <troika/testing/model_atomics.hpp>

#include <troika/base/check.hpp>
#include <troika/core/thread_state.hpp>

#include "testing/model_engine.hpp"

namespace troika::testing::impl {
namespace {

model_engine& engine(std::source_location where) noexcept {
    auto* const found = static_cast<model_engine*>(troika::impl::current_thread.model);
    check(found != nullptr, "model_atomics are for scenarios that model() runs", where);
    return *found;
}

}  // namespace

void construct_atomic(const void* address, value_form form, std::size_t bytes,
                      std::uint64_t value, std::source_location where) noexcept {
    engine(where).construct(address, form, bytes, value, where);
}

void destroy_atomic(const void* address) noexcept {
    if (auto* const found = static_cast<model_engine*>(troika::impl::current_thread.model))
        found->destroy(address);
}

std::uint64_t load_atomic(const void* address, std::memory_order order,
                          std::source_location where) noexcept {
    return engine(where).load(address, order, where);
}

void store_atomic(const void* address, std::uint64_t value, std::memory_order order,
                  std::source_location where) noexcept {
    engine(where).store(address, value, order, where);
}

std::uint64_t change_atomic(const void* address, atomic_operation operation, atomic_change change,
                            std::uint64_t operand, std::memory_order order,
                            std::source_location where) noexcept {
    return engine(where).change(address, operation, change, operand, order, where);
}

bool compare_exchange_atomic(const void* address, std::uint64_t& expected, std::uint64_t desired,
                             std::memory_order success, std::memory_order failure, bool weak,
                             std::source_location where) noexcept {
    return engine(where).compare_exchange(address, expected, desired, success, failure, weak,
                                          where);
}

void construct_plain(const void* address, std::source_location where) noexcept {
    engine(where).construct_plain(address, where);
}

void destroy_plain(const void* address) noexcept {
    destroy_atomic(address);
}

void read_plain(const void* address, std::source_location where) noexcept {
    engine(where).access_plain(address, false, where);
}

void write_plain(const void* address, std::source_location where) noexcept {
    engine(where).access_plain(address, true, where);
}

void pause_thread(std::source_location where) noexcept {
    engine(where).pause(where);
}

void pass_barrier(bool heavy, std::source_location where) noexcept {
    engine(where).barrier(heavy, where);
}

void wait_atomic(const void* address, std::uint32_t expected, std::source_location where) noexcept {
    engine(where).wait(address, expected, where);
}

void wake_atomic(const void* address, int count, std::source_location where) noexcept {
    engine(where).wake(address, count, where);
}

}  // namespace troika::testing::impl
