// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <system_error>

namespace troika::tls {

/// What went wrong, for programs; the message of the exception is for people.
enum class errc : std::uint8_t {
    certificate_expired = 1,
    certificate_not_yet_valid,
    certificate_untrusted,   ///< nobody who is trusted has signed it
    host_mismatch,           ///< it is for another name or address
    certificate_invalid,     ///< anything else that is wrong with the peer's certificate
    certificate_required,    ///< the peer wants one of ours
    certificate_refused,     ///< the peer does not accept ours
    version_mismatch,        ///< no version of TLS that both sides allow
    no_common_protocol,      ///< none of the protocols (ALPN) that both sides know
    not_tls,                 ///< the peer speaks something else
    handshake_failed,        ///< anything else before the connection was secure
    truncated,               ///< the connection ended, but the peer had not said that it would
    protocol_violated,       ///< anything else after the connection was secure
    bad_configuration,       ///< a certificate, key or list that cannot be used
};

/// The category `tls`.
[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc code) noexcept;

/// A connection that could not be made secure, or a context that cannot be used. The message names
/// the peer and what to do. After the handshake, failures are std::system_error of category().
class error : public std::system_error {
public:
    error(errc code, const std::string& message);

    [[nodiscard]] errc reason() const noexcept { return static_cast<errc>(code().value()); }
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

private:
    std::string message_;
};

}  // namespace troika::tls

template <>
struct std::is_error_code_enum<troika::tls::errc> : std::true_type {};
