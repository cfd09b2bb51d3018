// SPDX-License-Identifier: MIT
#include "inspect/trace_variable.hpp"

#include <troika/core/errors.hpp>
#include <troika/inspect/trace_session.hpp>

#include "core/report.hpp"
#include "inspect/assembler.hpp"
#include "inspect/process_trace.hpp"
#include "inspect/trace_output.hpp"
#include "os/environment.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

namespace troika::impl {

namespace {

/// What a process does because of a variable.
class obedience {
public:
    /// Never destroyed: it writes while the process ends.
    static obedience& instance() noexcept {
        alignas(obedience) static std::byte storage[sizeof(obedience)];
        static obedience* const only = new (storage) obedience;
        return *only;
    }

    void obey_user() noexcept {
        // Acquire: pairs with the store below.
        if (done_.load(std::memory_order_acquire)) return;
        const std::scoped_lock here(mutex_);
        if (done_.load(std::memory_order_relaxed)) return;
        try {
            const std::optional<std::string> path = os::safe_environment(trace_variable);
            if (path && !path->empty()) record_to(*path);
        } catch (const std::exception& error) {
            tell(error.what());
        }
        done_.store(true, std::memory_order_release);
    }

    void obey_parent() noexcept {
        const std::scoped_lock here(mutex_);
        done_.store(true, std::memory_order_release);   // the parent has seen the user's
        try {
            const std::optional<std::string> parts = os::safe_environment(trace_parts_variable);
            if (!parts || parts->empty()) return;
            // What the worker starts itself is no worker.
            os::forget_environment(trace_parts_variable);
            is_worker_ = true;
            leave_parts_in(*parts);
        } catch (const std::exception& error) {
            tell(error.what());
        }
    }

private:
    obedience() = default;

    static void tell(const char* what) noexcept {
        try {
            report(std::string(trace_variable) + ": " + what + "; nothing is recorded");
        } catch (...) {   // no memory to say so
        }
    }

    void record_to(const std::string& path) {
        output_ = std::make_unique<trace_output>(path);
        if (!output_->is_ours()) {
            leave_parts_in(output_->parts());
            output_.reset();
            return;
        }
        process_trace::instance().set_parts(this, output_->parts());
        begin();
    }
    void leave_parts_in(std::string parts) {
        parts_ = std::move(parts);
        process_trace::instance().set_parts(this, parts_);
        begin();
    }
    void begin() {
        begin_ns_ = process_trace::instance().begin();
        process_ = os::process_id();
        std::atexit([] { instance().write(); });
    }

    void write() noexcept {
        // A copy of the process that fork() has made has nothing of its own to tell.
        if (os::process_id() != process_) return;
        process_trace::instance().end();
        try {
            trace_part own = assemble(process_trace::instance().collect(begin_ns_, 0));
            if (output_ != nullptr) {
                output_->write(std::move(own));
                output_.reset();
            } else if (!trace_output::leave_part(parts_, own, process_) && !is_worker_) {
                report_lost("the program that was to write it has ended");
            }
        } catch (const std::exception& error) {
            report_lost(error.what());
        } catch (...) {
            report_lost("unknown error");
        }
    }
    void report_lost(const char* why) const noexcept {
        try {
            report(std::string("the trace of process ") + std::to_string(process_) +
                   " is lost: " + why);
        } catch (...) {   // no memory to say so
        }
    }

    std::atomic<bool> done_{false};
    std::mutex mutex_;
    // guarded by mutex_ until done_
    std::unique_ptr<trace_output> output_;   // where this process writes the file
    std::string parts_;                      // else where it leaves its part
    std::int64_t begin_ns_ = 0;
    int process_ = 0;
    bool is_worker_ = false;
};

}  // namespace

void obey_trace_variable() noexcept { obedience::instance().obey_user(); }

void obey_trace_parts_variable() noexcept { obedience::instance().obey_parent(); }

std::string trace_parts_setting() {
    const std::string parts = process_trace::instance().parts();
    return parts.empty() ? std::string() : std::string(trace_parts_variable) + "=" + parts;
}

}  // namespace troika::impl
