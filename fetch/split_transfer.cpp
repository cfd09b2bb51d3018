// SPDX-License-Identifier: MIT
#include "fetch/split_transfer.hpp"

#include "fetch/body_reader.hpp"
#include "fetch/client_failure.hpp"
#include "fetch/descriptor_io.hpp"
#include "fetch/downloader.hpp"
#include "fetch/journal.hpp"
#include "fetch/part_file.hpp"
#include "fetch/printable.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/http/range.hpp>
#include <troika/io/offload.hpp>
#include <troika/tasks/sleep.hpp>

#include "os/clock.hpp"

#include <algorithm>

namespace troika::fetch {

std::vector<split_source> sources_of(const std::vector<std::string>& urls,
                                     std::size_t validator_url, const std::string& validator,
                                     const std::string& reached, bool all) {
    const std::string& given = urls[validator_url];
    std::vector<split_source> sources{{reached.empty() ? given : reached, given, validator}};
    for (std::size_t i = 0; all && i < urls.size(); ++i)
        if (i != validator_url) sources.push_back({urls[i], urls[i], {}});
    // A place that was lent for a while may be closed by now.
    if (!reached.empty()) sources.push_back({given, given, validator, true});
    return sources;
}

std::string redirected_to(const http::exchange& from, const std::string& url) {
    std::string reached = from.url().text();
    if (reached == http::url::parse(url, http::url_mode::lenient).text()) reached.clear();
    return reached;
}

split_transfer::split_transfer(downloader& run, active_download& file, part_file& part,
                               segment_plan& plan, std::vector<split_source> sources)
    : run_(run), file_(file), part_(part), plan_(plan), sources_(std::move(sources)),
      noted_(plan.written_bytes()) {}

void split_transfer::adopt(http::exchange first, file_range range) {
    adopted_.emplace(std::move(first));
    adopted_range_ = range;
}

failure split_transfer::failure_of(const std::exception_ptr& error,
                                   const split_source& from) const {
    return client_failure(error, {from.name, file_.bytes, file_.total}, run_.options_);
}

task<void> split_transfer::run() {
    file_.bytes = plan_.written_bytes();
    auto connections = [this](task_group& group) -> task<void> {
        group_ = &group;
        for (std::uint32_t i = 0; i < run_.options_.splits; ++i)
            group.create_task(work(i), {.name = "part"});
        co_return;
    };
    std::exception_ptr broken;
    try {
        co_await with_task_group(connections);
    } catch (const exception_group& errors) {
        broken = errors.errors().front();   // of the disk: the others would meet it as well
    }
    group_ = nullptr;
    adopted_.reset();
    if (changed_ || broken || !plan_.done()) fail(broken);
}

void split_transfer::fail(const std::exception_ptr& broken) {
    const bool partless = partless_ && !broken && !last_failure_->transient();
    outdated_ = changed_ || partless;
    if (changed_) throw answer_refused(*changed_);
    if (broken) std::rethrow_exception(broken);
    if (partless) throw answer_refused(*partless_);
    throw failure(*last_failure_);
}

// What one connection has met since it last got a byte.
struct split_transfer::patience {
    std::size_t sources = 0;          // that were asked in vain
    std::optional<failure> passing;   // the failure of one of them that may get better
    std::uint32_t rounds = 0;
};

// Returns: why not all of it came.
task<std::optional<failure>> split_transfer::try_segment(segment_plan::segment part,
                                                         std::size_t source,
                                                         std::uint64_t& reached) {
    const split_source& from = sources_[source];
    std::optional<failure> error;
    bool stopped = false;
    try {
        co_await fetch_segment(part, from);
    } catch (const answer_refused& refused) {
        error = refused;
        // Of the first source it is known what it must have; another one is of no use then.
        if (refused.start_over()) error = failure(refused.why(), refused.what());
        if (refused.start_over() && source == 0)
            (refused.whole() ? partless_ : changed_) = refused;
    } catch (const failure& known) {
        error = known;
    } catch (const cancelled&) {
        stopped = true;
    } catch (...) {
        error = failure_of(std::current_exception(), from);
    }
    reached = plan_.rest(part).begin;
    plan_.end(part);
    freed_.set();
    if (stopped) throw cancelled{};
    co_return error;
}

task<void> split_transfer::work(std::uint32_t number) {
    const time_point began = current_task().home().now();
    const auto spares = std::ranges::count(sources_, true, &split_source::spare);
    std::size_t source = number % (sources_.size() - static_cast<std::size_t>(spares));
    patience left;
    for (;;) {
        if (plan_.done()) {
            group_->cancel();   // nobody need wait any more for a server that asked for patience
            co_return;
        }
        const std::optional<segment_plan::segment> part = plan_.next();
        if (!part) {
            freed_.clear();
            co_await freed_.wait();
            continue;
        }
        const std::uint64_t before = plan_.rest(*part).begin;
        std::uint64_t reached = before;
        const std::optional<failure> error = co_await try_segment(*part, source, reached);
        if (!error) {
            left = {};
            continue;
        }
        if (changed_) {
            group_->cancel();
            co_return;
        }
        if (error->why() == cause::file) throw failure(*error);
        if (plan_.done()) continue;
        if (reached != before) left = {};
        if (error->transient()) left.passing = error;
        if (!last_failure_ || error->transient()) last_failure_ = error;
        source = (source + 1) % sources_.size();
        if (++left.sources < sources_.size()) continue;
        // Who cannot go on leaves the rest to the others; nobody is told as long as there are any.
        if (!left.passing) co_return;
        const auto wait = run_.options_.retry.wait_before_next(
            *left.passing, ++left.rounds, current_task().home().now() - began, run_.random_);
        if (!wait) co_return;
        left.sources = 0;
        left.passing.reset();
        co_await sleep(*wait);
    }
}

task<void> split_transfer::fetch_segment(segment_plan::segment part, const split_source& from) {
    if (adopted_ && plan_.rest(part).begin == adopted_range_.begin) {
        http::exchange first = std::move(*adopted_);
        adopted_.reset();
        co_await receive(first, part, adopted_range_);
    }
    // The end may have come nearer meanwhile, but there may also be more than was asked for first.
    if (!plan_.rest(part).empty()) co_await request_range(part, from);
}

task<void> split_transfer::request_range(segment_plan::segment part, const split_source& from) {
    const file_range wanted = plan_.rest(part);
    http::headers fields = run_.fields_for(file_.what, from.url);
    fields.set("Range", http::format_range(wanted.begin, wanted.end - 1));
    if (!from.validator.empty()) fields.set("If-Range", from.validator);
    http::request_options options;
    options.fields = &fields;
    http::exchange got = co_await run_.client().open(
        "GET", http::url::parse(from.url, http::url_mode::lenient), options);
    question asked;
    asked.url = from.name;
    asked.first = wanted.begin;
    asked.end = wanted.end;
    asked.validator = from.validator;
    asked.size = plan_.size();
    asked.now = std::chrono::floor<std::chrono::seconds>(os::wall_time());
    const answer found = judge(got.head(), asked);
    if (found.what != answer::kind::part) {
        // If-Range says whether the file is the same; a server that has none may ignore ranges.
        const bool same = found.validator == from.validator || from.validator.empty();
        const failure error(cause::protocol,
                            "get " + printable(redacted(from.name)) +
                                (same ? ": the server does not send parts any more"
                                      : ": the file changed while it was downloaded"),
                            true);
        throw answer_refused(error, same ? answer_refused::remedy::whole
                                         : answer_refused::remedy::start_over);
    }
    co_await receive(got, part, found.range);
}

task<void> split_transfer::receive(http::exchange& body, segment_plan::segment part,
                                   file_range range) {
    const read_counters counters{run_.totals_.received, file_.received, &file_.bytes};
    body_reader reader(body, run_.limiter_, file_.share, counters, false);
    const buffer_pool::buffer memory = co_await run_.buffers_.take();
    std::uint64_t at = range.begin;
    while (at < range.end) {
        const file_range rest = plan_.rest(part);
        // Another connection has taken the second half: what comes behind is its affair.
        if (rest.empty()) break;
        const std::uint64_t room =
            std::min<std::uint64_t>(memory.bytes().size(), std::min(rest.end, range.end) - at);
        std::exception_ptr broken;
        try {
            co_await reader.fill(memory.bytes().first(room));
        } catch (...) {
            broken = std::current_exception();
        }
        const std::size_t size = reader.filled();
        {
            // What has come is kept, whatever ended it.
            const cancel_scope undisturbed({.shielded = true});
            co_await write_to_file(part_.descriptor(), memory.bytes().first(size), at,
                                   part_.part_path());
        }
        file_.bytes -= size - plan_.advance(part, size);   // somebody else counts the rest
        at += size;
        if (broken) std::rethrow_exception(broken);
        if (size < room) throw truncated_failure(file_.what.url, file_.bytes, file_.total);
        if (plan_.written_bytes() - noted_ >= journal::interval) co_await note();
    }
    if (at < range.end) co_return;   // the rest of the body is not wanted
    std::byte beyond;
    const std::size_t more = co_await body.read_some({&beyond, 1});
    if (more != 0)
        throw protocol_failure(file_.what.url, "more came than the server had announced");
}

task<void> split_transfer::note() {
    if (noting_ || !resumable_ || sources_.front().validator.empty()) co_return;
    noting_ = true;
    journal text;
    text.url = redacted(sources_.front().name);
    text.validator = sources_.front().validator;
    text.size = plan_.size();
    text.durable = plan_.prefix();
    text.written = plan_.written();
    const std::uint64_t bytes = plan_.written_bytes();
    std::exception_ptr error;
    try {
        auto write = [this, &text] { return part_.note(text, run_.options_.sync); };
        resumable_ = co_await io::offload("write journal", write);
        noted_ = bytes;
    } catch (...) {
        error = std::current_exception();
    }
    noting_ = false;
    if (error) std::rethrow_exception(error);
}

}  // namespace troika::fetch
