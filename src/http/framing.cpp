// SPDX-License-Identifier: MIT
#include "http/framing.hpp"

#include <troika/http/error.hpp>

#include "http/ascii.hpp"
#include "http/quoted.hpp"

namespace troika::http {

namespace {

void read_content_length(std::string_view value, framing_fields& found) {
    if (found.content_length)
        throw protocol_error(errc::conflicting_framing, "there is more than one Content-Length");
    found.content_length = parse_decimal(value);
    if (!found.content_length)
        throw protocol_error(errc::invalid_content_length,
                             "the Content-Length " + quoted(value) + " is not a number");
}

void read_transfer_encoding(std::string_view value, framing_fields& found) {
    if (found.chunked)
        throw protocol_error(errc::unsupported_transfer_encoding,
                             "there is more than one Transfer-Encoding; only one, chunked, is "
                             "supported");
    if (!equals_ignoring_case(value, "chunked"))
        throw protocol_error(errc::unsupported_transfer_encoding,
                             "the Transfer-Encoding " + quoted(value) +
                                 " is not supported; only chunked is");
    found.chunked = true;
}

}  // namespace

framing_fields read_framing_fields(const headers& fields, http_version version) {
    framing_fields found;
    bool connection_names_upgrade = false;
    for (const auto& [name, value] : fields) {
        // By size first: nearly every field is none of these.
        switch (name.size()) {
            case 4:
                found.hosts += equals_ignoring_case(name, "Host");
                break;
            case 6:
                found.expects_continue |= equals_ignoring_case(name, "Expect") &&
                                          equals_ignoring_case(value, "100-continue");
                break;
            case 7:
                found.upgrade |= equals_ignoring_case(name, "Upgrade");
                break;
            case 10:
                if (!equals_ignoring_case(name, "Connection")) break;
                for (std::string_view rest = value; !rest.empty();) {
                    const std::string_view option = take_list_member(rest);
                    found.close |= equals_ignoring_case(option, "close");
                    found.keep_alive |= equals_ignoring_case(option, "keep-alive");
                    connection_names_upgrade |= equals_ignoring_case(option, "upgrade");
                }
                break;
            case 14:
                if (equals_ignoring_case(name, "Content-Length")) read_content_length(value, found);
                break;
            case 17:
                if (equals_ignoring_case(name, "Transfer-Encoding"))
                    read_transfer_encoding(value, found);
                break;
            default:
                break;
        }
    }
    if (found.chunked && found.content_length)
        throw protocol_error(errc::conflicting_framing,
                             "there are both a Content-Length and a Transfer-Encoding");
    if (found.chunked && version == http_version::http_1_0)
        throw protocol_error(errc::conflicting_framing,
                             "an HTTP/1.0 message cannot have a Transfer-Encoding");
    found.upgrade &= connection_names_upgrade;
    return found;
}

}  // namespace troika::http
