// SPDX-License-Identifier: MIT
#include "fetch/transfer.hpp"

#include "fetch/client_failure.hpp"
#include "fetch/descriptor_io.hpp"
#include "fetch/printable.hpp"
#include "fetch/safe_name.hpp"

#include <troika/http/content_disposition.hpp>
#include <troika/http/date.hpp>
#include <troika/http/range.hpp>
#include <troika/http/retry_after.hpp>
#include <troika/http/status.hpp>
#include <troika/io/offload.hpp>
#include <troika/tasks/gather.hpp>

#include "os/clock.hpp"

#include <algorithm>

namespace troika::fetch {

namespace {

// Between two notes in the journal: what a kill can cost.
constexpr std::uint64_t note_interval = std::uint64_t{32} << 20;
// Less is not worth a note.
constexpr std::uint64_t noted_bytes_min = 64 * 1024;

std::chrono::sys_seconds wall_seconds() {
    return std::chrono::floor<std::chrono::seconds>(os::wall_time());
}

}  // namespace

std::optional<checksum_algorithm> transfer::algorithm() const {
    if (!file_.what.expected) return std::nullopt;
    return file_.what.expected->algorithm();
}

landing transfer::landing_of() const {
    landing how;
    how.replace = replace_;
    how.sync = run_.options_.sync;
    how.mode = run_.mode_;
    if (run_.options_.keep_time) how.modified = modified_;
    return how;
}

task<void> transfer::open_part(bool resume) {
    auto open = [this, resume] {
        return part_file::open(file_.what.path, redacted(file_.what.url), resume, algorithm());
    };
    part_.emplace(co_await io::offload("open part file", open));
    written_ = noted_ = part_->resumed() ? part_->resumed()->durable : 0;
    validator_ = part_->resumed() ? part_->resumed()->validator : std::string();
    if (part_->resumed()) file_.total = part_->resumed()->size;
}

/// Whether the file is there already and settles the download. Asked once.
task<bool> transfer::settle_existing() {
    looked_ = true;
    const get_options& options = run_.options_;
    const bool may_exist = co_await run_.existing_.may_exist(file_.what.path);
    if (!may_exist) co_return false;
    auto look = [this] { return look_at(file_.what.path); };
    std::optional<os::file_status> there = co_await io::offload("look for file", look);
    if (there) {
        const bool in_the_way = options.existing == existing_file::overwrite ||
                                options.existing == existing_file::keep_if_same;
        if (in_the_way && there->type != os::file_type::regular)
            throw failure(cause::file, printable(file_.what.path) +
                                           " is there and is no regular file: remove it, or choose "
                                           "another name with -o");
        switch (options.existing) {
            case existing_file::overwrite: replace_ = true; break;
            case existing_file::keep:
                file_.bytes = there->size;
                finish(nullptr, true);
                co_return true;
            case existing_file::rename: {
                const std::string plain = file_.what.path;
                for (std::uint32_t number = 1; there; ++number) {
                    const std::string next = numbered_name(plain, number);
                    if (!run_.queue_.names().claim(next)) continue;
                    run_.queue_.names().end(file_.what.path);
                    file_.what.path = next;
                    there = co_await io::offload("look for file", look);
                }
                break;
            }
            case existing_file::keep_if_same:
                existing_ = there;
                break;
        }
    }
    if (existing_ && file_.what.expected) {
        // What it must be is known: the file itself tells, without asking the server.
        auto digest = [this] { return digest_of(file_.what.path, *algorithm()); };
        const checksum sum = co_await io::offload("verify file", digest);
        if (sum != *file_.what.expected)
            throw failure(cause::file,
                          printable(file_.what.path) +
                              " is there with other content: use --overwrite or --rename");
        file_.bytes = existing_->size;
        finish(&sum, true);
        co_return true;
    }
    if (existing_) co_return false;
    auto look_for_part = [this] { return look_at(file_.what.path + std::string(part_suffix)); };
    if (const auto part = co_await io::offload("look for part file", look_for_part); part)
        co_await open_part(options.resume);
    co_return false;
}

task<void> transfer::run() {
    to_stdout_ = file_.what.path == "-";
    if (!to_stdout_ && !looked_) {
        const bool settled = co_await settle_existing();
        if (settled) co_return;
    }
    http::headers fields = run_.fields_;
    const bool ranged = part_ && written_ > 0 && !validator_.empty() && !fresh_;
    if (ranged) {
        fields.set("Range", http::format_range(written_));
        fields.set("If-Range", validator_);
    } else if (existing_) {
        fields.set(
            "If-Modified-Since",
            http::format_date(std::chrono::floor<std::chrono::seconds>(existing_->modified)));
    }
    file_.bytes = ranged ? written_ : 0;
    run_.observer_.started(file_, file_.bytes);
    http::request_options options;
    options.fields = &fields;
    http::exchange exchange = co_await run_.client_.open(
        "GET", http::url::parse(file_.what.url, http::url_mode::lenient), options);
    file_.state = file_state::downloading;
    co_await receive(exchange);
}

// What If-Range may ask for, and on the way the time of the file.
std::string transfer::validator_of(const http::exchange& exchange) {
    const http::headers& fields = exchange.headers();
    const auto now = wall_seconds();
    modified_.reset();
    std::optional<std::chrono::sys_seconds> date;
    const auto last_modified = fields.get("Last-Modified");
    if (last_modified) modified_ = http::parse_date(*last_modified, now);
    if (const auto sent = fields.get("Date")) date = http::parse_date(*sent, now);
    return std::string(pick_validator(fields.get("ETag").value_or(""), last_modified.value_or(""),
                                      modified_, date));
}

// Whether a 206 is the rest of what part_ holds, to its end.
transfer::answer transfer::judge_rest(const http::exchange& exchange) {
    const auto header = exchange.headers().get("Content-Range");
    const auto part = header ? http::parse_content_range(*header) : std::nullopt;
    const auto total = part && part->total ? part->total : file_.total;
    const bool fits = written_ > 0 && part && part->range && part->range->first == written_ &&
                      total && part->range->last + 1 == *total &&
                      file_.total.value_or(*total) == *total;
    if (!fits) {
        fresh_ = true;
        throw failure(cause::protocol,
                      "get " + printable(redacted(file_.what.url)) +
                          ": the server sent another part than it was asked for",
                      true);
    }
    const std::string now = validator_of(exchange);
    if (!now.empty() && now != validator_) {
        fresh_ = true;
        throw failure(cause::protocol,
                      "get " + printable(redacted(file_.what.url)) +
                          ": the file changed while it was downloaded",
                      true);
    }
    return {written_, total, validator_, false};
}

transfer::answer transfer::judge(const http::exchange& exchange) {
    const int status = exchange.status();
    const http::headers& fields = exchange.headers();
    const std::string& url = file_.what.url;
    if (status == http::status::partial_content) return judge_rest(exchange);
    if (status == http::status::ok || status == http::status::not_modified)
        return {0, exchange.content_length(), validator_of(exchange), false};
    if (status == http::status::range_not_satisfiable && written_ > 0 && !fresh_) {
        // If-Range held, or the answer were 200: all of it came before, or it is another file.
        const auto header = fields.get("Content-Range");
        const auto range = header ? http::parse_content_range(*header) : std::nullopt;
        if (range && range->total == written_ && file_.total == written_) {
            static_cast<void>(validator_of(exchange));
            return {written_, written_, validator_, true};
        }
        fresh_ = true;
        throw failure(cause::http_status,
                      "get " + printable(redacted(url)) +
                          ": the file became shorter than what came before; it is begun again",
                      true);
    }
    failure error = status_failure(url, status);
    if (const auto after = fields.get("Retry-After"))
        error.set_retry_after(http::parse_retry_after(*after, wall_seconds()));
    throw failure(error);
}

task<void> transfer::receive(http::exchange& exchange) {
    const answer how = judge(exchange);
    if (existing_) {
        const auto same_time = [this] {
            return modified_ &&
                   *modified_ == std::chrono::floor<std::chrono::seconds>(existing_->modified);
        };
        const bool same = exchange.status() == http::status::not_modified ||
                          (how.size == existing_->size && same_time());
        exchange.close();
        if (!same)
            throw failure(cause::file, printable(file_.what.path) +
                                           " is there and differs: use --overwrite or --rename");
        file_.bytes = existing_->size;
        finish(nullptr, true);
        co_return;
    }
    if (exchange.status() == http::status::not_modified)
        throw protocol_failure(file_.what.url, "304 to a request without a condition");
    file_.total = how.size;
    if (run_.options_.remote_name && !part_ && !to_stdout_) co_await rename_by(exchange);
    if (to_stdout_) {
        co_await receive_to_stdout(exchange);
    } else if (how.complete) {
        exchange.close();
        co_await land_part();
    } else if (!part_ && how.size && *how.size <= buffer_pool::buffer_bytes) {
        co_await receive_small(exchange, *how.size);
    } else {
        co_await receive_large(exchange, how);
    }
}

// -J: the server's name for the file, made safe.
task<void> transfer::rename_by(const http::exchange& exchange) {
    const auto header = exchange.headers().get("Content-Disposition");
    if (!header) co_return;
    const auto parsed = http::parse_content_disposition(*header);
    if (!parsed || !parsed->filename) co_return;
    const std::string path = join_path(run_.options_.directory, safe_name(*parsed->filename));
    if (path == file_.what.path) co_return;
    if (!run_.queue_.names().claim(path)) throw failure(same_name_failure(file_.what.url, path));
    run_.queue_.names().end(file_.what.path);
    file_.what.path = path;
    auto look = [this] { return look_at(file_.what.path); };
    const auto there = co_await io::offload("look for file", look);
    if (there && !replace_ && run_.options_.existing != existing_file::overwrite)
        throw failure(cause::file, printable(path) + " is there: use --overwrite or --rename");
    replace_ = run_.options_.existing == existing_file::overwrite;
}

// ---- the body

/// Reads until `into` is full or the body is over. Returns: how many bytes.
task<std::size_t> transfer::fill(http::exchange& exchange, std::span<std::byte> into) {
    std::size_t filled = 0;
    while (filled < into.size()) {
        const std::size_t count = co_await exchange.read_some(into.subspan(filled));
        if (count == 0) break;
        filled += count;
        file_.bytes += count;
        file_.received += count;
        run_.totals_.received += count;
    }
    co_return filled;
}

void transfer::verify(const checksum& actual, const std::string& kept_as) const {
    if (actual != *file_.what.expected)
        throw failure(checksum_failure(file_.what.url, file_.what.expected->to_string(),
                                       actual.to_string(), kept_as));
}

// What came is wrong: it stays for a person to look at, under a name that says so.
task<void> transfer::keep_bad(std::span<const std::byte> content, const checksum& actual) {
    const std::string bad = file_.what.path + ".bad";
    landing how;
    how.replace = true;
    how.sync = false;
    how.mode = run_.mode_;
    auto land = [&bad, &content, &how] { return land_small(bad, content, how); };
    const bool kept = co_await io::offload("write bad file", land);
    verify(actual, kept ? bad : std::string());
}

task<void> transfer::receive_small(http::exchange& exchange, std::uint64_t size) {
    std::optional<checksum> sum;
    {
        const buffer_pool::buffer memory = co_await run_.buffers_.take();
        const std::span<std::byte> content = memory.bytes().first(size);
        if (size > 0) co_await fill(exchange, content);
        std::byte beyond;
        const std::size_t more = co_await exchange.read_some({&beyond, 1});
        if (file_.bytes != size || more != 0)
            throw truncated_failure(file_.what.url, file_.bytes, size);
        file_.state = file_state::verifying;
        run_.received(file_);
        if (algorithm()) {
            hasher digest(*algorithm());
            digest.update(content);
            sum = digest.value();
            if (*sum != *file_.what.expected) co_await keep_bad(content, *sum);
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

task<void> transfer::write_piece(std::span<const std::byte> piece, std::uint64_t offset) {
    std::error_code failed;
    try {
        while (!piece.empty()) {
            const std::size_t count =
                co_await write_file_at(part_->descriptor(), piece, offset, part_->part_path());
            piece = piece.subspan(count);
            offset += count;
        }
    } catch (const std::system_error& error) {
        failed = error.code();
    }
    if (failed) throw file_failure("write", part_->part_path(), failed);
}

task<void> transfer::write_note() {
    journal note;
    note.url = redacted(file_.what.url);
    note.validator = validator_;
    note.size = file_.total;
    note.durable = written_;
    if (part_->digest()) note.prefix = part_->digest()->value();
    std::string text;
    try {
        text = serialize(note);
    } catch (const std::invalid_argument&) {
        validator_.clear();   // nothing that a journal could hold: it cannot be resumed
    }
    if (text.empty()) co_return;
    auto write = [this, &text] { part_->note(text, run_.options_.sync); };
    co_await io::offload("write journal", write);
    noted_ = written_;
}

task<void> transfer::receive_large(http::exchange& exchange, const answer& how) {
    if (!part_) co_await open_part(false);
    if (how.offset == 0) {
        const bool used = written_ != 0 || part_->resumed();
        written_ = noted_ = 0;   // whatever comes between: what is there is no part of this file
        auto empty = [this] { part_->start_over(algorithm()); };
        if (used) co_await io::offload("start over", empty);
        validator_ = how.validator;
        fresh_ = false;
    }
    file_.bytes = how.offset;
    if (how.size) {
        auto reserve = [this, &how] { part_->reserve(*how.size); };
        co_await io::offload("reserve", reserve);
    }
    co_await append(exchange, how);
    if (how.size && written_ != *how.size)
        throw truncated_failure(file_.what.url, written_, how.size);
    co_await land_part();
}

task<void> transfer::append(http::exchange& exchange, const answer& how) {
    buffer_pool::buffer reading = co_await run_.buffers_.take();
    std::size_t size = co_await fill(exchange, reading.bytes());
    if (size == reading.bytes().size()) {
        // Two buffers: one is written while the other is filled.
        buffer_pool::buffer writing = co_await run_.buffers_.take();
        while (size == reading.bytes().size()) {
            if (how.size && file_.bytes > *how.size)
                throw protocol_failure(file_.what.url, "more came than the server had announced");
            std::swap(reading, writing);
            const std::span<const std::byte> piece = writing.bytes().first(size);
            auto both =
                co_await gather(fill(exchange, reading.bytes()), write_piece(piece, written_));
            size = std::get<0>(both);
            if (part_->digest()) part_->digest()->update(piece);
            written_ += piece.size();
            if (written_ - noted_ >= note_interval && !validator_.empty()) co_await write_note();
        }
    }
    const std::span<const std::byte> rest = reading.bytes().first(size);
    co_await write_piece(rest, written_);
    if (part_->digest()) part_->digest()->update(rest);
    written_ += rest.size();
}

// All of it is there: it gets its name, if it is what it must be.
task<void> transfer::land_part() {
    file_.state = file_state::verifying;
    std::optional<checksum> sum;
    if (part_->digest()) {
        sum = part_->digest()->value();
        if (*sum != *file_.what.expected) {
            auto put_aside = [this] { return part_->put_aside(); };
            const std::string bad = co_await io::offload("put file aside", put_aside);
            part_.reset();
            verify(*sum, bad);
        }
    }
    auto land = [this] { part_->land(landing_of()); };
    co_await io::offload("finish file", land);
    part_.reset();
    if (run_.options_.sync) co_await run_.directories_.sync(directory_of(file_.what.path));
    finish(sum ? &*sum : nullptr, false);
}

task<void> transfer::receive_to_stdout(http::exchange& exchange) {
    std::optional<hasher> digest;
    if (algorithm()) digest.emplace(*algorithm());
    const buffer_pool::buffer memory = co_await run_.buffers_.take();
    for (;;) {
        const std::size_t size = co_await fill(exchange, memory.bytes());
        std::span<const std::byte> piece = memory.bytes().first(size);
        if (digest) digest->update(piece);
        std::error_code failed;
        try {
            while (!piece.empty()) {
                const std::size_t count = co_await write_descriptor(1, piece, "standard output");
                piece = piece.subspan(count);
            }
        } catch (const std::system_error& error) {
            failed = error.code();
        }
        if (failed) throw file_failure("write", "standard output", failed);
        if (size < memory.bytes().size()) break;
    }
    std::optional<checksum> sum;
    if (digest) {
        sum = digest->value();
        verify(*sum, {});
    }
    finish(sum ? &*sum : nullptr, false);
}

// ---- the end

void transfer::finish(const checksum* sum, bool skipped) {
    file_.state = file_state::done;
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
        if (written_ >= noted_bytes_min && written_ > noted_ && !validator_.empty())
            co_await write_note();
        kept = noted_ > 0;
        if (!kept) {
            auto discard = [this] { part_->discard(); };
            co_await io::offload("remove part file", discard);
            part_.reset();
            written_ = 0;
        }
    } catch (const failure&) {
        kept = noted_ > 0;   // the note before this one still holds
    }
    co_return kept;
}

void transfer::tell_kept() {
    run_.observer_.failed(file_, failure(cause::other, "interrupted"), true);
}

failure transfer::failure_of(const std::exception_ptr& error) const {
    return client_failure(error, {file_.what.url, file_.bytes, file_.total}, run_.options_);
}

}  // namespace troika::fetch
