// SPDX-License-Identifier: MIT
#include "fetch/client_failure.hpp"

#include "fetch/printable.hpp"

#include <troika/http/client_error.hpp>
#include <troika/http/error.hpp>

#include <system_error>

namespace troika::fetch {

failure client_failure(const std::exception_ptr& error, const attempt_state& attempt,
                       const get_options& options) {
    const std::string_view url = attempt.url;
    try {
        std::rethrow_exception(error);
    } catch (const failure& known) {
        return known;
    } catch (const http::client_timeout& late) {
        switch (late.phase()) {
            case http::client_phase::connect:
                return timeout_failure(time_limit::connect, url, options.connect_timeout);
            case http::client_phase::first_byte:
            case http::client_phase::stall:
                return timeout_failure(time_limit::stall, url, options.stall_timeout);
            case http::client_phase::total: break;
        }
        return timeout_failure(time_limit::total, url, options.time_max);
    } catch (const http::unsupported_scheme& wrong) {
        return scheme_failure(wrong.url(), true);
    } catch (const http::url_error& wrong) {
        return url_failure(url, wrong.what());
    } catch (const http::protocol_error& wrong) {
        if (wrong.code() == http::errc::truncated_body)
            return truncated_failure(url, attempt.bytes, attempt.total);
        if (wrong.code() == http::errc::closed_before_message ||
            wrong.code() == http::errc::truncated_head)
            return {cause::network, printable(redacted(url)) + ": " + printable(wrong.what()),
                    true};
        return protocol_failure(url, wrong.what());
    } catch (const http::http_error& wrong) {
        return protocol_failure(url, wrong.what());
    } catch (const std::system_error& wrong) {
        return network_failure("fetch", url, wrong.code());
    } catch (const std::exception& other) {
        return {cause::other, printable(redacted(url)) + ": " + printable(other.what())};
    }
}

}  // namespace troika::fetch
