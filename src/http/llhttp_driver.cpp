// SPDX-License-Identifier: MIT
#include "http/llhttp_driver.hpp"

#include <algorithm>
#include <string>

namespace troika::http {

namespace {

std::string describe(errc refused) {
    switch (refused) {
        case errc::too_many_headers:
            return "there are too many headers";
        case errc::headers_too_large:
            return "the headers are too large";
        case errc::invalid_header_name:
            return "a header has a name that is not allowed";
        default:
            return "the value of a header holds a control character";
    }
}

errc code_of(int error, bool in_value) noexcept {
    switch (error) {
        case HPE_LF_EXPECTED:
        case HPE_CR_EXPECTED:
            return errc::bare_carriage_return;
        case HPE_UNEXPECTED_CONTENT_LENGTH:
            return errc::conflicting_framing;
        case HPE_INVALID_TRANSFER_ENCODING:
            return errc::unsupported_transfer_encoding;
        case HPE_INVALID_CONTENT_LENGTH:
            return errc::invalid_content_length;
        case HPE_INVALID_METHOD:
        case HPE_INVALID_URL:
        case HPE_INVALID_CONSTANT:
        case HPE_INVALID_STATUS:
            return errc::invalid_start_line;
        case HPE_INVALID_VERSION:
            return errc::unsupported_version;
        case HPE_INVALID_HEADER_TOKEN:
            return in_value ? errc::invalid_header_value : errc::invalid_header_name;
        case HPE_INVALID_CHUNK_SIZE:
            return errc::invalid_chunk;
        default:
            return errc::malformed_message;
    }
}

}  // namespace

template <class Build>
int llhttp_driver::build(llhttp_t* parser, Build&& step) noexcept {
    llhttp_driver& self = of(parser);
    try {
        self.refused_ = step(self.builder_);
    } catch (...) {
        self.thrown_ = std::current_exception();
        return HPE_USER;
    }
    return self.refused_ ? HPE_USER : HPE_OK;
}

int llhttp_driver::pause(stop why) noexcept {
    paused_for_ = why;
    return HPE_PAUSED;
}

const llhttp_settings_t llhttp_driver::settings = [] {
    llhttp_settings_t table{};
    table.on_header_field = [](llhttp_t* parser, const char* at, std::size_t size) {
        return build(parser, [&](header_builder& to) { return to.name({at, size}); });
    };
    table.on_header_field_complete = [](llhttp_t* parser) {
        return build(parser, [](header_builder& to) { return to.name_end(); });
    };
    table.on_header_value = [](llhttp_t* parser, const char* at, std::size_t size) {
        return build(parser, [&](header_builder& to) { return to.value({at, size}); });
    };
    table.on_header_value_complete = [](llhttp_t* parser) {
        return build(parser, [](header_builder& to) { return to.value_end(); });
    };
    table.on_headers_complete = [](llhttp_t* parser) { return of(parser).pause(stop::head_end); };
    table.on_body = [](llhttp_t* parser, const char* at, std::size_t size) -> int {
        if (size == 0) return HPE_OK;   // the input ended within a chunk, and no more has come
        llhttp_driver& self = of(parser);
        self.data_ = {at, size};
        self.chunk_left_ -= size;
        return self.pause(stop::chunk_data);
    };
    table.on_chunk_header = [](llhttp_t* parser) -> int {
        llhttp_driver& self = of(parser);
        self.chunk_left_ = parser->content_length;
        return self.chunk_left_ == 0 ? self.pause(stop::last_chunk) : HPE_OK;
    };
    table.on_message_complete = [](llhttp_t* parser) {
        return of(parser).pause(stop::message_end);
    };
    return table;
}();

llhttp_driver::llhttp_driver() noexcept { llhttp_init(&parser_, HTTP_REQUEST, &settings); }

void llhttp_driver::begin(llhttp_type_t type, headers& into, std::size_t count_max) noexcept {
    llhttp_init(&parser_, type, &settings);
    parser_.data = this;
    chunk_left_ = 0;
    refused_.reset();
    thrown_ = nullptr;
    builder_.begin(into, count_max);
}

llhttp_driver::outcome llhttp_driver::run(std::string_view input) noexcept {
    // Pointers into no memory at all would be compared and subtracted; an empty text is somewhere.
    if (input.empty()) input = std::string_view("", 0);
    data_ = {};
    llhttp_resume(&parser_);
    const llhttp_errno_t error = llhttp_execute(&parser_, input.data(), input.size());
    if (error == HPE_OK) return {stop::need_input, input.size(), {}};
    const char* at = llhttp_get_error_pos(&parser_);
    const auto consumed = static_cast<std::size_t>(at - input.data());
    if (error == HPE_PAUSED) return {paused_for_, consumed, data_};
    return {stop::failed, std::min(consumed, input.size()), {}};
}

void llhttp_driver::raise() const {
    if (thrown_) std::rethrow_exception(thrown_);
    if (refused_) throw protocol_error(*refused_, describe(*refused_));
    const char* reason = llhttp_get_error_reason(&parser_);
    throw protocol_error(code_of(llhttp_get_errno(&parser_), builder_.in_value()),
                         std::string("the message is malformed: ") + (reason ? reason : "unknown"));
}

}  // namespace troika::http
