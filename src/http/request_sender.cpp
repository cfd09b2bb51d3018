// SPDX-License-Identifier: MIT
#include "http/request_sender.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/http/body_source.hpp>
#include <troika/http/error.hpp>
#include <troika/http/message_writer.hpp>

#include "http/head_operation.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace troika::http {

namespace {

constexpr std::size_t piece_size_max = 64 * 1024;

/// The task that sends, as long as the answer is waited for.
class sender final : public task_owner {
public:
    /// What the source threw.
    [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

private:
    void child_failed(task_node& child, const std::exception_ptr& error) noexcept override {
        child.mark_retrieved();
        failure_ = error;
        cancel();
    }
    std::exception_ptr failure_;
};

/// A body in memory, read like any other.
class memory_source final : public body_source {
public:
    explicit memory_source(std::string_view bytes) noexcept : bytes_(bytes) {}
    [[nodiscard]] std::string_view take(std::size_t size_max) noexcept {
        const std::string_view piece = bytes_.substr(0, size_max);
        bytes_.remove_prefix(piece.size());
        return piece;
    }
    task<std::size_t> read_some(std::span<std::byte> into) override {
        const std::string_view piece = take(into.size());
        std::copy_n(reinterpret_cast<const std::byte*>(piece.data()), piece.size(), into.begin());
        co_return piece.size();
    }

private:
    std::string_view bytes_;
};

// Returns: false when the peer takes no more; it may have answered nevertheless.
task<bool> write(exchange_core& core, std::string_view bytes) {
    try {
        co_await core.lease()->stream.write_all(bytes);
    } catch (const std::system_error&) {
        core.forbid_reuse();
        co_return false;
    }
    core.note_progress();
    co_return true;
}

task<std::size_t> read_source(exchange_core& core, body_source& source, std::span<std::byte> into) {
    core.set_busy(true);
    const std::size_t count = co_await source.read_some(into);
    core.set_busy(false);
    co_return count;
}

void require_size(std::uint64_t announced, std::uint64_t found, bool ended) {
    if (found == announced || (found < announced && !ended)) return;
    throw http_error(errc::body_source_failed,
                     "the source of the body has " + std::string(ended ? "only " : "more than ") +
                         std::to_string(ended ? found : announced) + " bytes, but announced " +
                         std::to_string(announced));
}

task<void> send_body(exchange_core& core, body_source& source, request_body body) {
    const auto memory = std::make_unique_for_overwrite<std::byte[]>(piece_size_max);
    const bool chunked = body.how == request_body::way::chunked;
    std::string text;
    std::uint64_t sent = 0;
    for (;;) {
        const std::size_t count =
            co_await read_source(core, source, {memory.get(), piece_size_max});
        const std::string_view piece(reinterpret_cast<const char*>(memory.get()), count);
        sent += count;
        if (!chunked) require_size(body.size, sent, count == 0);
        text.clear();
        if (chunked && count > 0) {
            append_chunk_begin(text, count);
            text.append(piece).append(chunk_end);
        } else if (chunked) {
            append_last_chunk(text);
        } else {
            text = piece;
        }
        const bool taken = text.empty() || co_await write(core, text);
        if (!taken) co_return;
        if (count == 0 || (!chunked && sent == body.size)) break;
    }
    // A source that has more than it announced is found out before the answer is believed.
    if (!chunked) {
        const std::size_t more = co_await read_source(core, source, {memory.get(), 1});
        if (more > 0) require_size(body.size, sent + more, false);
    }
    core.end_request();
}

// Returns: whether the server has answered instead of asking for the body.
task<bool> wait_for_continue(exchange_core& core, duration timeout) {
    cancel_scope patience({.deadline = deadline_after(current_task().home().now(), timeout)});
    bool answered = false;
    try {
        answered = co_await head_operation(core, true);
    } catch (const cancelled&) {
        patience.leave();
        if (!patience.caught()) throw;
    }
    co_return answered;
}

}  // namespace

task<void> send_with_body(exchange_core& core, const request_options& options, request_body body) {
    memory_source in_memory(options.body);
    body_source& source = options.source != nullptr ? *options.source : in_memory;
    core.expect_more_body(true);
    if (options.expect_continue) {
        const bool answered = co_await wait_for_continue(core, options.continue_timeout);
        if (answered)
            co_return;   // the connection is closed after the answer: a body was announced
    } else {
        co_await write(core, core.text());
        core.note_sent(core.text().size());
    }
    core.pin();
    sender sending;
    std::exception_ptr failure;
    try {
        sending.start_forgotten(send_body(core, source, body), {.name = "request body"});
        co_await head_operation(core);
    } catch (...) {
        failure = std::current_exception();
    }
    sending.cancel();
    co_await sending.join();
    sending.leave();
    core.set_busy(false);
    core.unpin();
    if (sending.failure()) std::rethrow_exception(sending.failure());
    if (failure) std::rethrow_exception(failure);
}

}  // namespace troika::http
