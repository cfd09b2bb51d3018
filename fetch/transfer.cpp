// SPDX-License-Identifier: MIT
#include "fetch/transfer.hpp"

#include "fetch/client_failure.hpp"
#include "fetch/descriptor_io.hpp"
#include "fetch/inquiry.hpp"
#include "fetch/piece_check.hpp"
#include "fetch/printable.hpp"
#include "fetch/standard_output.hpp"

#include <troika/http/date.hpp>
#include <troika/http/range.hpp>
#include <troika/http/status.hpp>
#include <troika/io/offload.hpp>
#include <troika/tasks/gather.hpp>

#include "os/clock.hpp"

#include <algorithm>
#include <utility>

namespace troika::fetch {

namespace {

// Less is not worth a note.
constexpr std::uint64_t noted_bytes_min = 64 * 1024;

std::chrono::sys_seconds wall_seconds() {
    return std::chrono::floor<std::chrono::seconds>(os::wall_time());
}

}  // namespace

transfer::transfer(downloader& run, active_download& file) : run_(run), file_(file) {
    urls_.push_back(file.what.url);
    urls_.insert(urls_.end(), file.what.mirrors.begin(), file.what.mirrors.end());
    to_stdout_ = file.what.path == "-";
    const get_options& options = run.options_;
    unsplit_ = options.splits < 2 || to_stdout_ || options.compressed;
}

landing transfer::landing_of() const {
    landing how;
    how.replace = target_.replace;
    how.sync = run_.options_.sync;
    how.mode = run_.mode_;
    if (run_.options_.keep_time) how.modified = modified_;
    if (run_.options_.existing == existing_file::renew) how.entity_tag = entity_tag_;
    return how;
}

bool transfer::try_next_mirror(const failure& error) noexcept {
    // One of them may have sent what is wrong: each has to show that it can do better alone.
    if (std::exchange(mixed_, false) && may_mix() && error.why() == cause::checksum) {
        unmixed_ = true;
        mirrors_tried_ = 0;
        return true;
    }
    // What this one has sent is of no use to the others, which must begin from the start.
    const bool gets_on = error.transient() && noted_ > 0 && validator_url_ == mirror_ &&
                         file_.received > received_before_;
    if (gets_on && !may_mix()) return false;
    const bool elsewhere = error.why() != cause::file && error.why() != cause::usage;
    if (!elsewhere || ++mirrors_tried_ >= urls_.size()) {
        mirrors_tried_ = 0;
        mirror_ = 0;
        return false;
    }
    mirror_ = (mirror_ + 1) % urls_.size();
    return true;
}

// ---- the request

/// Looks what is there already. Once.
task<void> transfer::settle_target() {
    looked_ = true;
    target_ = co_await look_for_target(file_.what, run_.options_, run_.existing_,
                                       run_.queue_.names());
    if (target_.settled) {
        file_.bytes = target_.existing->size;
        finish(target_.sum ? &*target_.sum : nullptr, true);
    } else if (target_.has_part && !run_.options_.dry_run) {
        co_await open_part(run_.options_.resume);
    }
}

// Says in `fields` what is wanted.
question transfer::ask(http::headers& fields) {
    question asked;
    asked.url = url();
    asked.now = wall_seconds();
    const bool ours = validator_url_ == mirror_ && !validator_.empty();
    const bool resuming = part_ && written_ > 0 && !fresh_ && (ours || may_mix());
    if (resuming) {
        mixed_ = mixed_ || !ours;
        asked.first = written_;
        asked.size = file_.total;
        fields.set("Range", http::format_range(written_));
        if (ours) {
            asked.validator = validator_;
            fields.set("If-Range", validator_);
        }
    } else if (target_.existing) {
        asked.conditional = true;
        if (!target_.entity_tag.empty()) fields.set("If-None-Match", target_.entity_tag);
        fields.set("If-Modified-Since",
                   http::format_date(
                       std::chrono::floor<std::chrono::seconds>(target_.existing->modified)));
    } else if (!unsplit_) {
        // A first part tells the size, and whether there are parts.
        asked.first = 0;
        asked.end = run_.options_.split_min;
        fields.set("Range", http::format_range(0, run_.options_.split_min - 1));
    }
    file_.bytes = resuming ? written_ : 0;
    return asked;
}

task<void> transfer::run() {
    if (!to_stdout_ && !looked_) {
        co_await settle_target();
        if (target_.settled) co_return;
    }
    if (run_.options_.dry_run) {
        co_await ask_only();
        co_return;
    }
    received_before_ = file_.received;
    for (bool again = true; again;) {
        again = false;
        const bool parts = (!unsplit_ || plan_) && !fresh_;
        try {
            co_await ask_and_receive();
        } catch (const answer_refused& refused) {
            fresh_ = fresh_ || refused.start_over();
            unsplit_ = unsplit_ || refused.whole();
            if (!refused.whole() || !parts) throw;
            again = true;
        }
    }
}

task<void> transfer::ask_and_receive() {
    if (plan_ && !fresh_ && (may_mix() || validator_url_ == mirror_)) {
        run_.observer_.started(file_, plan_->written_bytes());
        file_.state = file_state::downloading;
        const answer none;
        co_await split(std::nullopt, none);
        co_return;
    }
    for (;;) {
        http::headers fields = run_.fields_for(file_.what, url());
        const question asked = ask(fields);
        run_.observer_.started(file_, file_.bytes);
        http::request_options options;
        options.fields = &fields;
        options.accept_codings = run_.options_.compressed;
        http::exchange exchange = co_await run_.client().open(
            "GET", http::url::parse(url(), http::url_mode::lenient), options);
        file_.state = file_state::downloading;
        const answer how = judge(exchange.head(), asked);
        modified_ = how.modified;
        entity_tag_ = how.entity_tag;
        const bool parts = asked.end && how.what == answer::kind::part;
        // Parts without something that tells one version from another would not fit together.
        const bool unsafe = parts && how.validator.empty() && how.range.end != how.size;
        if (how.what != answer::kind::no_ranges && !unsafe) {
            if (parts && how.range.end != how.size) {
                require_size(*how.size, file_.what.size, url());
                co_await split(std::move(exchange), how);
            } else {
                co_await receive(exchange, how);
            }
            co_return;
        }
        unsplit_ = true;
    }
}

// --dry-run: whether it is there, and how large.
task<void> transfer::ask_only() {
    run_.observer_.started(file_, 0);
    const inquiry told = co_await inquire(run_.client(), url(),
                                             run_.fields_for(file_.what, url()));
    file_.total = told.size;
    file_.state = file_state::done;
    ++run_.totals_.asked;
    run_.totals_.asked_bytes += told.size.value_or(0);
    run_.observer_.would_get(file_, told.resumable);
}

// ---- the answer

task<void> transfer::receive(http::exchange& exchange, const answer& how) {
    if (target_.existing && target_.settle(how, file_.what.path, run_.options_)) {
        exchange.close();
        file_.bytes = target_.existing->size;
        finish(nullptr, true);
        co_return;
    }
    const read_counters counters{run_.totals_.received, file_.received, &file_.bytes};
    body_reader body(exchange, run_.limiter_, file_.share, counters, run_.options_.compressed);
    file_.total = body.coded() ? std::nullopt : how.size;
    if (file_.total) require_size(*file_.total, file_.what.size, url());
    if (!part_ && !to_stdout_) co_await name_by_server(exchange);
    if (to_stdout_) {
        const auto sum = co_await copy_to_standard_output(body, run_.buffers_, algorithm());
        if (sum) verify(*sum, {});
        finish(sum ? &*sum : nullptr, false);
    } else if (how.what == answer::kind::complete) {
        exchange.close();
        co_await land_part();
    } else if (!part_ && file_.total && *file_.total <= buffer_pool::buffer_bytes) {
        co_await receive_small(body, *file_.total);
    } else {
        answer plain = how;
        if (body.coded()) plain.validator.clear();   // bytes of another form: no range fits them
        plain.size = file_.total;
        co_await receive_large(body, plain);
    }
}

[[clang::coro_wrapper]] task<void> transfer::name_by_server(const http::exchange& exchange) {
    return rename_target(file_.what, target_, exchange.headers(), run_.options_,
                         run_.queue_.names());
}

// ---- the body

void transfer::verify(const checksum& actual, const std::string& kept_as) const {
    if (actual != *file_.what.expected)
        throw failure(checksum_failure(url(), file_.what.expected->to_string(),
                                       actual.to_string(), kept_as));
}

task<void> transfer::receive_small(body_reader& body, std::uint64_t size) {
    std::optional<checksum> sum;
    {
        const buffer_pool::buffer memory = co_await run_.buffers_.take();
        const std::span<std::byte> content = memory.bytes().first(size);
        if (size > 0) co_await body.fill(content);
        std::byte beyond;
        const std::size_t more = co_await body.fill({&beyond, 1});
        if (file_.bytes != size || more != 0) throw truncated_failure(url(), file_.bytes, size);
        file_.state = file_state::verifying;
        run_.received(file_);
        if (algorithm()) {
            hasher digest(*algorithm());
            digest.update(content);
            sum = digest.value();
            if (*sum != *file_.what.expected) {
                // What came is wrong: it stays for a person to look at.
                auto keep = [this, &content] {
                    return keep_bad_file(file_.what.path, content, run_.mode_);
                };
                verify(*sum, co_await io::offload("write bad file", keep));
            }
        }
        landing how = landing_of();
        auto land = [this, &content, &how] { return land_small(file_.what.path, content, how); };
        const bool landed = co_await io::offload("write file", land);
        if (!landed) {
            // Another process began the same file meanwhile, or left its part there.
            co_await open_part(false);
            co_await write_piece(content, 0);
            auto finish_part = [this, &how] { part_->land(how); };
            co_await io::offload("finish file", finish_part);
            part_.reset();
        }
    }
    if (run_.options_.sync) co_await run_.directories_.sync(directory_of(file_.what.path));
    finish(sum ? &*sum : nullptr, false);
}

task<void> transfer::receive_large(body_reader& body, const answer& how) {
    if (!part_) co_await open_part(false);
    const std::uint64_t offset = how.what == answer::kind::part ? how.range.begin : 0;
    if (offset == 0) {
        const bool used = written_ != 0 || plan_ || part_->resumed();
        written_ = noted_ = 0;   // whatever comes between: what is there is no part of this file
        plan_.reset();
        auto empty = [this] { part_->start_over(algorithm()); };
        if (used) co_await io::offload("start over", empty);
        fresh_ = false;
    }
    validator_ = how.validator;
    validator_url_ = mirror_;
    file_.bytes = offset;
    if (how.size) {
        auto reserve = [this, &how] { part_->reserve(*how.size); };
        co_await io::offload("reserve", reserve);
    }
    co_await append(body, how.size ? how.size : file_.what.size);
    if (how.size && written_ != *how.size) throw truncated_failure(url(), written_, how.size);
    require_size(written_, file_.what.size, url());
    co_await land_part();
}

task<void> transfer::append(body_reader& body, std::optional<std::uint64_t> total) {
    buffer_pool::buffer reading = co_await run_.buffers_.take();
    std::size_t size = co_await body.fill(reading.bytes());
    if (size == reading.bytes().size()) {
        // Two buffers: one is written while the other is filled.
        buffer_pool::buffer writing = co_await run_.buffers_.take();
        while (size == reading.bytes().size()) {
            if (total && file_.bytes > *total)
                throw protocol_failure(url(), "more came than was announced");
            std::swap(reading, writing);
            const std::span<const std::byte> piece = writing.bytes().first(size);
            auto both =
                co_await gather(body.fill(reading.bytes()), write_piece(piece, written_));
            size = std::get<0>(both);
            if (part_->digest()) part_->digest()->update(piece);
            written_ += piece.size();
            const bool due = written_ - noted_ >= journal::interval;
            if (due && !validator_.empty()) co_await write_note();
        }
    }
    const std::span<const std::byte> rest = reading.bytes().first(size);
    co_await write_piece(rest, written_);
    if (part_->digest()) part_->digest()->update(rest);
    written_ += rest.size();
}

// Over several connections: from `first` on, a part as `how` says; or from what an earlier attempt
// has left.
task<void> transfer::split(std::optional<http::exchange> first, const answer& how) {
    std::string reached;
    if (first) {
        reached = redirected_to(*first, url());
        if (!part_) co_await name_by_server(*first);
        if (!part_) co_await open_part(false);
        file_.total = how.size;
        validator_ = how.validator;
        validator_url_ = mirror_;
        auto begin = [this] {
            part_->start_over(std::nullopt);
            part_->reserve(*file_.total);
        };
        co_await io::offload("reserve", begin);
        written_ = noted_ = 0;
        fresh_ = false;
        plan_.emplace(*file_.total, run_.options_.splits, run_.options_.split_min);
    }
    part_->forget_digest();
    const bool all = may_mix();
    split_transfer parts(run_, file_, *part_, *plan_,
                         sources_of(urls_, validator_url_, validator_, reached, all));
    mixed_ = all && urls_.size() > 1;
    if (first) parts.adopt(std::move(*first), how.range);
    std::exception_ptr error;
    try {
        co_await parts.run();
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        cancel_scope undisturbed({.shielded = true});
        const bool worthwhile =
            !parts.outdated() && plan_->written_bytes() >= noted_bytes_min && !validator_.empty();
        if (worthwhile) co_await parts.note();
        undisturbed.leave();
        noted_ = worthwhile ? parts.noted_bytes() : 0;
        std::rethrow_exception(error);
    }
    co_await land_part();
}

// ---- the file

task<void> transfer::open_part(bool resume) {
    std::vector<std::string> names;
    for (const std::string& each : urls_) names.push_back(redacted(each));
    auto open = [this, resume, &names] {
        return part_file::open(file_.what.path, names, resume, algorithm());
    };
    part_.emplace(co_await io::offload("open part file", open));
    written_ = noted_ = 0;
    validator_.clear();
    const auto& left = part_->resumed();
    if (!left) co_return;
    written_ = noted_ = left->durable;
    validator_ = left->validator;
    const auto from = std::ranges::find(names, left->url);
    validator_url_ = static_cast<std::size_t>(from - names.begin());
    file_.total = left->size;
    std::vector<file_range> there = left->written;
    if (there.empty() && !unsplit_) there.push_back({0, left->durable});
    if (there.empty() || !left->size) co_return;
    plan_.emplace(*left->size, std::max(run_.options_.splits, 1u), run_.options_.split_min, there);
    noted_ = plan_->written_bytes();
}

[[clang::coro_wrapper]] task<void> transfer::write_piece(std::span<const std::byte> piece,
                                                         std::uint64_t offset) {
    return write_to_file(part_->descriptor(), piece, offset, part_->part_path());
}

task<void> transfer::write_note() {
    journal note;
    note.url = redacted(urls_[validator_url_]);
    note.validator = validator_;
    note.size = file_.total;
    note.durable = written_;
    if (part_->digest()) note.prefix = part_->digest()->value();
    auto write = [this, &note] { return part_->note(note, run_.options_.sync); };
    const bool resumable = co_await io::offload("write journal", write);
    if (resumable)
        noted_ = written_;
    else
        validator_.clear();
}

// All of it is there: it gets its name, if it is what it must be.
task<void> transfer::land_part() {
    file_.state = file_state::verifying;
    std::optional<checksum> sum;
    if (part_->digest()) {
        sum = part_->digest()->value();
    } else if (algorithm()) {
        auto digest = [this] { return part_->compute_digest(*algorithm()); };
        sum = co_await io::offload("verify file", digest);
    }
    if (sum && *sum != *file_.what.expected) {
        if (file_.what.pieces && !repaired_) co_await keep_right_pieces();
        auto put_aside = [this] { return part_->put_aside(); };
        const std::string bad = co_await io::offload("put file aside", put_aside);
        part_.reset();
        plan_.reset();
        verify(*sum, bad);
    }
    auto land = [this] { part_->land(landing_of()); };
    co_await io::offload("finish file", land);
    part_.reset();
    if (run_.options_.sync) co_await run_.directories_.sync(directory_of(file_.what.path));
    finish(sum ? &*sum : nullptr, false);
}

// Throws: failure, where some pieces are right: only the others are fetched again, from elsewhere.
task<void> transfer::keep_right_pieces() {
    repaired_ = true;
    const std::uint64_t size = file_.total.value_or(written_);
    auto look = [&] { return right_pieces(part_->part_path(), size, *file_.what.pieces); };
    const std::vector<file_range> right = co_await io::offload("check pieces", look);
    if (right.empty() || right.front() == file_range{0, size}) co_return;
    plan_.emplace(size, run_.options_.splits, run_.options_.split_min, right);
    noted_ = plan_->written_bytes();
    file_.total = size;
    validator_.clear();
    validator_url_ = (validator_url_ + 1) % urls_.size();
    throw failure(cause::protocol, "get " + printable(redacted(url())) +
                                       ": some pieces are wrong; they are fetched again", true);
}

// ---- the end

void transfer::finish(const checksum* sum, bool skipped) {
    file_.state = file_state::done;
    file_.skipped = skipped;
    ++(skipped ? run_.totals_.skipped : run_.totals_.finished);
    run_.totals_.landed += skipped ? 0 : file_.bytes;
    finished_facts facts;
    facts.file = file_.what.path;
    facts.bytes = file_.bytes;
    facts.received = file_.received;
    facts.time = current_task().home().now() - file_.began;
    facts.attempts = file_.attempts;
    facts.skipped = skipped;
    facts.sum = sum;
    run_.observer_.finished(file_, facts);
}

task<bool> transfer::keep() {
    if (!part_) co_return false;
    bool kept = false;
    try {
        const bool in_order = !plan_ && written_ >= noted_bytes_min && written_ > noted_;
        if (in_order && !validator_.empty()) co_await write_note();
        kept = noted_ > 0;
        if (!kept) {
            auto discard = [this] { part_->discard(); };
            co_await io::offload("remove part file", discard);
            part_.reset();
            plan_.reset();
            written_ = 0;
        }
    } catch (const failure&) {
        kept = noted_ > 0;   // the note before this one still holds
    }
    co_return kept;
}

failure transfer::failure_of(const std::exception_ptr& error) const {
    return client_failure(error, {url(), file_.bytes, file_.total}, run_.options_);
}

}  // namespace troika::fetch
