// SPDX-License-Identifier: MIT
#include <troika/proc/process_pool.hpp>

#include "os/processors.hpp"
#include "proc/process_engine.hpp"
#include "proc/worker_start.hpp"

#include <bit>
#include <stdexcept>

namespace troika {

namespace {

void nothing() {}

process_pool::options checked(process_pool::options o) {
    if (o.workers == process_pool::automatic) o.workers = os::processors_available();
    if (o.workers == 0)
        throw std::invalid_argument("a process pool needs at least one worker");
    if (o.calls_per_worker_max == 0)
        throw std::invalid_argument("a worker has to be allowed at least one call");
    if (!std::has_single_bit(o.ring_bytes) || o.ring_bytes < 65'536)
        throw std::invalid_argument("ring_bytes has to be a power of two from 65536 on");
    if (o.terminate_after < duration{} || o.kill_after < duration{})
        throw std::invalid_argument("terminate_after and kill_after cannot be negative");
    impl::require_process_entry();
    return o;
}

}  // namespace

process_pool::process_pool() : process_pool(options{}) {}

process_pool::process_pool(const options& o)
    : process_pool(o, impl::make_preparation<&nothing>()) {}

process_pool::process_pool(const options& o, std::unique_ptr<impl::preparation> prepare)
    : engine_(std::make_unique<impl::process_engine>(checked(o), std::move(prepare))) {}

process_pool::~process_pool() { shutdown(); }

void process_pool::shutdown(shutdown_options how) {
    engine_->close();
    if (how.cancel_pending) engine_->cancel_pending();
    if (how.wait) engine_->end();
}

std::size_t process_pool::size() const noexcept { return engine_->size(); }

process_pool::statistics process_pool::stats() const noexcept { return engine_->stats(); }

std::vector<int> process_pool::pids() const { return engine_->pids(); }

void process_pool::require_open() const { engine_->require_open(); }

void process_pool::submit_call(impl::remote_call& call) noexcept { engine_->submit(call); }

}  // namespace troika
