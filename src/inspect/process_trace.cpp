// SPDX-License-Identifier: MIT
#include "inspect/process_trace.hpp"

#include <troika/core/scheduler.hpp>

#include "os/clock.hpp"

#include <new>
#include <utility>

namespace troika::impl {

process_trace& process_trace::instance() noexcept {
    alignas(process_trace) static std::byte storage[sizeof(process_trace)];
    static process_trace* const only = new (storage) process_trace;
    return *only;
}

void process_trace::add(traceable& which) noexcept {
    const std::scoped_lock here(mutex_);
    schedulers_.push_back(which);
    if (wanted_ != 0) recorder_->record(which.of());
}

void process_trace::remove(traceable& which) noexcept {
    const std::scoped_lock here(mutex_);
    intrusive_list<traceable>::remove(which);
}

std::int64_t process_trace::begin() {
    const std::scoped_lock here(mutex_);
    if (recorder_ == nullptr) recorder_ = std::make_unique<trace_recorder>();
    if (wanted_++ == 0) {
        for (traceable& one : schedulers_)
            if (one.of().hooks() == nullptr) recorder_->record(one.of());
        hooks_.store(recorder_.get(), std::memory_order_release);
    }
    return os::steady_time().time_since_epoch().count();
}

void process_trace::end() noexcept {
    const std::scoped_lock here(mutex_);
    if (--wanted_ != 0) return;
    hooks_.store(nullptr, std::memory_order_release);
    for (traceable& one : schedulers_) recorder_->stop(one.of());
}

recorded process_trace::collect(std::int64_t begin_ns, std::int64_t end_ns) const {
    recorded all = recording::collect(*recorder_);
    all.begin_ns = begin_ns;
    if (end_ns == 0) return all;
    all.end_ns = end_ns;
    for (recorded::thread& one : all.threads)
        std::erase_if(one.records, [&](const trace_record& record) { return record.at > end_ns; });
    return all;
}

void process_trace::set_parts(const void* whose, std::string directory) {
    const std::scoped_lock here(mutex_);
    if (parts_owner_ != nullptr) return;
    parts_ = std::move(directory);
    parts_owner_ = whose;
}

void process_trace::clear_parts(const void* whose) noexcept {
    const std::scoped_lock here(mutex_);
    if (parts_owner_ != whose) return;
    parts_owner_ = nullptr;
    parts_.clear();
}

std::string process_trace::parts() const {
    const std::scoped_lock here(mutex_);
    return parts_;
}

}  // namespace troika::impl
