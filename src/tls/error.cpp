// SPDX-License-Identifier: MIT
#include <troika/tls/error.hpp>

namespace troika::tls {

namespace {

class tls_category final : public std::error_category {
public:
    const char* name() const noexcept override { return "tls"; }
    std::string message(int code) const override {
        switch (static_cast<errc>(code)) {
            case errc::certificate_expired: return "the certificate has expired";
            case errc::certificate_not_yet_valid: return "the certificate is not valid yet";
            case errc::certificate_untrusted: return "the certificate's authority is not trusted";
            case errc::host_mismatch: return "the certificate is for another host";
            case errc::certificate_invalid: return "the certificate is not valid";
            case errc::certificate_required: return "the peer requires a certificate";
            case errc::certificate_refused: return "the peer does not accept the certificate";
            case errc::version_mismatch: return "no version of TLS is allowed by both sides";
            case errc::no_common_protocol: return "no protocol is known to both sides";
            case errc::not_tls: return "the peer does not speak TLS";
            case errc::handshake_failed: return "the TLS handshake failed";
            case errc::truncated:
                return "the connection ended before TLS did: what came may be cut";
            case errc::protocol_violated: return "TLS failed";
            case errc::bad_configuration: return "the TLS configuration cannot be used";
        }
        return "unknown error " + std::to_string(code);
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const tls_category only;
    return only;
}

std::error_code make_error_code(errc code) noexcept { return {static_cast<int>(code), category()}; }

error::error(errc code, const std::string& message)
    : std::system_error(make_error_code(code)), message_(message) {}

}  // namespace troika::tls
