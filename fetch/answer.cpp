// SPDX-License-Identifier: MIT
#include "fetch/answer.hpp"

#include "fetch/journal.hpp"
#include "fetch/printable.hpp"

#include <troika/http/date.hpp>
#include <troika/http/range.hpp>
#include <troika/http/retry_after.hpp>
#include <troika/http/status.hpp>

#include <algorithm>

namespace troika::fetch {

namespace {

namespace status = http::status;

using remedy = answer_refused::remedy;

[[noreturn]] void refuse(const question& asked, cause why, const char* what, remedy how) {
    const failure error(why,
                        "get " + printable(redacted(asked.url)) + ": " + what +
                            "; run the same command again, or with another URL",
                        true);
    throw answer_refused(error, how);
}

// What If-Range may ask for, and the time of the file.
void read_validators(const http::headers& fields, const question& asked, answer& into) {
    std::optional<std::chrono::sys_seconds> date;
    const auto last_modified = fields.get("Last-Modified");
    if (last_modified) into.modified = http::parse_date(*last_modified, asked.now);
    if (const auto sent = fields.get("Date")) date = http::parse_date(*sent, asked.now);
    into.entity_tag = fields.get("ETag").value_or("");
    into.validator =
        pick_validator(into.entity_tag, last_modified.value_or(""), into.modified, date);
}

answer judge_part(const http::response_head& head, const question& asked) {
    if (!asked.first)
        refuse(asked, cause::protocol, "the server sent a part, but the whole file was asked for",
               remedy::none);
    const auto header = head.fields.get("Content-Range");
    const auto found = header ? http::parse_content_range(*header) : std::nullopt;
    const auto total = found && found->total ? found->total : asked.size;
    if (asked.size && total && *asked.size != *total)
        refuse(asked, cause::protocol, "the file changed while it was downloaded",
               remedy::start_over);
    bool fits = found && found->range && total && found->range->first == *asked.first;
    if (fits) {
        const std::uint64_t end = std::min(asked.end.value_or(*total), *total);
        fits = found->range->last + 1 == end;
    }
    const bool coded = head.fields.contains("Content-Encoding") &&
                       head.fields.get("Content-Encoding") != "identity";
    if (!fits || coded)
        refuse(asked, cause::protocol, "the server sent another part than it was asked for",
               remedy::whole);
    answer found_part{.what = answer::kind::part,
                      .range = {found->range->first, found->range->last + 1},
                      .size = total,
                      .validator = {},
                      .entity_tag = {},
                      .modified = {}};
    read_validators(head.fields, asked, found_part);
    if (head.body.kind == http::body_kind::length && head.body.length != found_part.range.size())
        refuse(asked, cause::protocol, "the server contradicts itself about the length of a part",
               remedy::whole);
    const bool changed = !asked.validator.empty() && !found_part.validator.empty() &&
                         found_part.validator != asked.validator;
    if (changed)
        refuse(asked, cause::protocol, "the file changed while it was downloaded",
               remedy::start_over);
    if (found_part.validator.empty()) found_part.validator = asked.validator;
    return found_part;
}

// If-Range held, or the answer were 200: all of it came before, or it is another file.
answer judge_end(const http::response_head& head, const question& asked) {
    const auto header = head.fields.get("Content-Range");
    const auto range = header ? http::parse_content_range(*header) : std::nullopt;
    answer nothing;
    read_validators(head.fields, asked, nothing);
    if (*asked.first == 0) {
        nothing.what = answer::kind::no_ranges;
        return nothing;
    }
    const bool complete = range && range->total == asked.first && asked.size == asked.first;
    if (!complete)
        refuse(asked, cause::http_status,
               "the file became shorter than what came before; it is begun again",
               remedy::start_over);
    nothing.what = answer::kind::complete;
    nothing.size = asked.size;
    nothing.validator = asked.validator;
    return nothing;
}

}  // namespace

answer judge(const http::response_head& head, const question& asked) {
    switch (head.status) {
        case status::partial_content: return judge_part(head, asked);
        case status::range_not_satisfiable:
            if (asked.first) return judge_end(head, asked);
            break;
        case status::not_modified:
            if (!asked.conditional)
                throw answer_refused(
                    protocol_failure(asked.url, "304 to a request without a condition"),
                    remedy::none);
            [[fallthrough]];
        case status::ok: {
            answer found;
            if (head.status == status::not_modified) found.what = answer::kind::unchanged;
            if (head.body.kind == http::body_kind::length) found.size = head.body.length;
            if (head.body.kind == http::body_kind::none) found.size = 0;
            read_validators(head.fields, asked, found);
            return found;
        }
        default: break;
    }
    failure error = status_failure(asked.url, head.status);
    if (const auto after = head.fields.get("Retry-After"))
        error.set_retry_after(http::parse_retry_after(*after, asked.now));
    throw answer_refused(error, remedy::none);
}

void require_size(std::uint64_t size, std::optional<std::uint64_t> expected,
                  std::string_view url) {
    if (size == expected.value_or(size)) return;
    throw protocol_failure(url, "the file has " + std::to_string(size) + " bytes, but must have " +
                                    std::to_string(*expected));
}

}  // namespace troika::fetch
