// SPDX-License-Identifier: MIT
#include "fetch/events.hpp"

#include "fetch/json_object.hpp"
#include "fetch/printable.hpp"

#include <utility>

namespace troika::fetch {
namespace {

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

json_object open(std::string_view event) {
    json_object object;
    object.add("v", events_version).add("event", event);
    return object;
}

json_object open(std::string_view event, const download_identity& which) {
    json_object object = open(event);
    object.add("id", which.id).add("url", redacted(which.url));
    return object;
}

void add_failure(json_object& object, const failure& error) {
    object.add("cause", to_string(error.why())).add("message", error.what());
}

}  // namespace

std::string queued_event(const download_identity& which) { return open("queued", which).line(); }

std::string started_event(const download_identity& which, std::string_view file,
                          std::uint32_t attempt, std::uint64_t resumed_from) {
    json_object object = open("started", which);
    object.add("file", file).add("attempt", attempt).add("resumed_from", resumed_from);
    return std::move(object).line();
}

std::string progress_event(const download_identity& which, std::uint64_t bytes,
                           std::optional<std::uint64_t> total, double bytes_per_second) {
    json_object object = open("progress", which);
    object.add("bytes", bytes);
    if (total) object.add("total", *total);
    object.add("bytes_per_second", bytes_per_second);
    return std::move(object).line();
}

std::string retry_event(const download_identity& which, const failure& error, std::uint32_t attempt,
                        std::chrono::nanoseconds wait) {
    json_object object = open("retry", which);
    object.add("attempt", attempt).add("wait_seconds", seconds(wait));
    add_failure(object, error);
    return std::move(object).line();
}

std::string finished_event(const download_identity& which, const finished_facts& facts) {
    json_object object = open("finished", which);
    object.add("file", facts.file)
        .add("bytes", facts.bytes)
        .add("received", facts.received)
        .add("seconds", seconds(facts.time))
        .add("attempts", facts.attempts)
        .add("skipped", facts.skipped);
    if (facts.sum != nullptr) object.add(to_string(facts.sum->algorithm()), facts.sum->hex());
    return std::move(object).line();
}

std::string failed_event(const download_identity& which, const failure& error,
                         std::uint32_t attempts, bool resumable) {
    json_object object = open("failed", which);
    add_failure(object, error);
    object.add("exit_code", static_cast<int>(error.why()))
        .add("attempts", attempts)
        .add("resumable", resumable);
    return std::move(object).line();
}

std::string would_get_event(const download_identity& which, std::string_view file,
                            std::optional<std::uint64_t> total, bool resumable) {
    json_object object = open("would_get", which);
    object.add("file", file);
    if (total) object.add("total", *total);
    object.add("resumable", resumable);
    return std::move(object).line();
}

std::string warning_event(std::string_view message) {
    json_object object = open("warning");
    object.add("message", message);
    return std::move(object).line();
}

std::string summary_event(const summary_facts& facts) {
    json_object object = open("summary");
    object.add("finished", facts.finished)
        .add("skipped", facts.skipped)
        .add("failed", facts.failed)
        .add("unfinished", facts.unfinished)
        .add("received", facts.received)
        .add("seconds", seconds(facts.time))
        .add("exit_code", facts.exit_code);
    return std::move(object).line();
}

}  // namespace troika::fetch
