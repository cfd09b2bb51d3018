// SPDX-License-Identifier: MIT
#include "fetch/event_channel.hpp"

#include "fetch/printable.hpp"

#include <utility>

namespace troika::fetch {

namespace {

event of_download(event_kind kind, const download& what) {
    event made(kind);
    made.id = what.id;
    made.url = redacted(what.url);
    made.file = what.path;
    return made;
}

event of_file(event_kind kind, const active_download& file) {
    event made = of_download(kind, file.what);
    made.bytes = file.bytes;
    made.received = file.received;
    made.total = file.total;
    made.attempt = file.attempts;
    return made;
}

void explain(event& what, const failure& error) {
    what.cause = error.why();
    what.message = error.what();
}

}  // namespace

void event_channel::add(event what) {
    waiting_.push_back(std::move(what));
    changed_.set();
}

task<std::optional<event>> event_channel::next() {
    while (waiting_.empty() && !ended_) {
        changed_.clear();
        co_await changed_.wait();
    }
    std::optional<event> taken;
    if (!waiting_.empty()) {
        taken.emplace(std::move(waiting_.front()));
        waiting_.pop_front();
        if (waiting_.size() <= waiting_max) drained_.set();
    }
    co_return taken;
}

task<void> event_channel::room() {
    while (waiting_.size() > waiting_max) {
        drained_.clear();
        co_await drained_.wait();
    }
}

void event_channel::tell_progress(intrusive_list<active_download>& active, time_point now) {
    const bool behind = waiting_.size() > waiting_max;
    for (active_download& file : active) {
        file.speed.update(now, file.received);
        if (behind) continue;
        event made = of_file(event_kind::progress, file);
        made.bytes_per_second = file.speed.bytes_per_second();
        add(std::move(made));
    }
}

void event_channel::end(event last) {
    add(std::move(last));
    ended_ = true;
    changed_.set();
}

void event_channel::queued(const download& what) { add(of_download(event_kind::queued, what)); }

void event_channel::started(const active_download& file, std::uint64_t resumed_from) {
    event made = of_file(event_kind::started, file);
    made.bytes = resumed_from;
    add(std::move(made));
}

void event_channel::retried(const active_download& file, const failure& error,
                            std::chrono::nanoseconds wait) {
    event made = of_file(event_kind::retried, file);
    made.time = wait;
    explain(made, error);
    add(std::move(made));
}

void event_channel::finished(const active_download& file, const finished_facts& facts) {
    event made = of_file(event_kind::finished, file);
    made.time = facts.time;
    made.skipped = facts.skipped;
    if (facts.sum != nullptr) made.sum = *facts.sum;
    add(std::move(made));
}

void event_channel::failed(const active_download& file, const failure& error, bool resumable) {
    event made = of_file(event_kind::failed, file);
    made.resumable = resumable;
    explain(made, error);
    add(std::move(made));
}

void event_channel::would_get(const active_download& file, bool resumable) {
    event made = of_file(event_kind::would_get, file);
    made.resumable = resumable;
    add(std::move(made));
}

void event_channel::warned(const std::string& text) {
    event made(event_kind::warning);
    made.message = text;
    add(std::move(made));
}

}  // namespace troika::fetch
