// SPDX-License-Identifier: MIT
#include "inspect/recording.hpp"

#include "os/clock.hpp"
#include "os/environment.hpp"
#include "os/thread.hpp"

#include <algorithm>
#include <cstddef>
#include <new>
#include <stdexcept>

namespace troika::impl {

namespace {

constexpr std::size_t records_min = 16;

std::int64_t now_ns() noexcept { return os::steady_time().time_since_epoch().count(); }

std::uint64_t next_recorder() noexcept {
    using counter = std::atomic<std::uint64_t>;
    alignas(counter) static std::byte storage[sizeof(counter)];
    static counter* const last = new (storage) counter(0);
    return last->fetch_add(1, std::memory_order_relaxed) + 1;
}

trace_recorder::options checked(trace_recorder::options limits) {
    if (limits.records_per_thread_max == 0 || limits.threads_max == 0)
        throw std::invalid_argument(
            "a trace_recorder needs room for at least one thread and one record");
    limits.records_per_thread_max = std::clamp(limits.records_per_thread_max, records_min,
                                               std::size_t{1} << 24);
    return limits;
}

std::string own_name() {
    const std::string path = os::program_name();
    return path.substr(path.rfind('/') + 1);
}

}  // namespace

recording::recording(const trace_recorder::options& limits)
    : limits_(checked(limits)), number_(next_recorder()), begin_ns_(now_ns()) {}

void recording::write(trace_record record) noexcept {
    trace_ring* const into = ring();
    if (into == nullptr) [[unlikely]] {
        count_lost();
        return;
    }
    record.at = now_ns();
    into->push(record);
}

trace_ring* recording::find_ring() noexcept {
    thread_state& here = current_thread;
    trace_ring* found = nullptr;
    try {
        const std::uint32_t id = os::thread_id();
        const std::scoped_lock locked(mutex_);
        // One that has recorded for somebody else in between may have its ring here already. The
        // newest: numbers of threads that have ended are given again.
        if (here.recorder != 0)
            for (const auto& ring : rings_)
                if (ring->thread() == id) found = ring.get();
        if (found == nullptr && rings_.size() < limits_.threads_max) {
            rings_.push_back(std::make_unique<trace_ring>(limits_.records_per_thread_max, id,
                                                          os::this_thread_name()));
            found = rings_.back().get();
        }
    } catch (...) {   // no memory: what this thread does is lost, and counted
    }
    here.ring = found;
    here.recorder = number_;
    return found;
}

recorded recording::collect() const {
    recorded copy;
    copy.process = static_cast<std::uint32_t>(os::process_id());
    copy.process_name = own_name();
    copy.begin_ns = begin_ns_;
    copy.lost = lost_.load(std::memory_order_relaxed);
    {
        const std::scoped_lock locked(mutex_);
        copy.threads.reserve(rings_.size());
        for (const auto& ring : rings_) {
            copy.threads.push_back({ring->thread(), ring->name(), {}});
            copy.lost += ring->read(copy.threads.back().records);
        }
    }
    // Afterwards: the records name none that is younger.
    copy.texts = texts.texts();
    copy.places = texts.places();
    copy.end_ns = now_ns();
    return copy;
}

}  // namespace troika::impl
