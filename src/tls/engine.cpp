// SPDX-License-Identifier: MIT
#include "tls/engine.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace troika::tls {

// ---- the BIO: how OpenSSL reads and writes records

// An exception must not cross C: where memory ends, the write fails.
int engine::bio_write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    auto& self = *static_cast<engine*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    try {
        const auto* from = reinterpret_cast<const std::byte*>(bytes);
        self.output_.insert(self.output_.end(), from, from + size);
    } catch (const std::bad_alloc&) {
        return 0;
    }
    *written = size;
    return 1;
}

int engine::bio_read(BIO* bio, char* into, std::size_t size, std::size_t* count) {
    auto& self = *static_cast<engine*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *count = std::min(size, self.input_.size());
    if (*count == 0) {
        if (!self.input_ended_) BIO_set_retry_read(bio);
        return 0;
    }
    std::memcpy(into, self.input_.data(), *count);
    self.input_ = self.input_.subspan(*count);
    return 1;
}

long engine::bio_control(BIO* bio, int command, long, void*) {
    const auto& self = *static_cast<const engine*>(BIO_get_data(bio));
    switch (command) {
        case BIO_CTRL_FLUSH: return 1;
        case BIO_CTRL_EOF: return self.input_ended_ && self.input_.empty() ? 1 : 0;
        default: return 0;
    }
}

BIO_METHOD* engine::bio_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "troika");
        if (made == nullptr) throw std::bad_alloc();
        BIO_meth_set_write_ex(made, &engine::bio_write);
        BIO_meth_set_read_ex(made, &engine::bio_read);
        BIO_meth_set_ctrl(made, &engine::bio_control);
        return made;
    }();
    return method;
}

engine::engine(ssl_ptr connection, std::string host, std::string session_key)
    : connection_(std::move(connection)),
      host_(std::move(host)),
      session_key_(std::move(session_key)) {
    BIO* bio = BIO_new(bio_method());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(connection_.get(), bio, bio);   // which takes it
    SSL_set_app_data(connection_.get(), this);
}

engine& engine::of(SSL* connection) noexcept {
    return *static_cast<engine*>(SSL_get_app_data(connection));
}

// ---- steps

step_result engine::fail() noexcept {
    failed_ = true;
    try {
        failure_ = take_failure(connection_.get(), {host_, certificate_names_}, !secure_);
    } catch (const std::bad_alloc&) {
        failure_.code = secure_ ? errc::protocol_violated : errc::handshake_failed;
    }
    return step_result::failed;
}

step_result engine::outcome_of(int answer) noexcept {
    switch (SSL_get_error(connection_.get(), answer)) {
        case SSL_ERROR_NONE: return step_result::done;
        case SSL_ERROR_WANT_READ: starved_ = true; return step_result::want_input;
        case SSL_ERROR_ZERO_RETURN: return step_result::ended;
        default: return fail();
    }
}

step_result engine::handshake() noexcept {
    if (failed_) return step_result::failed;
    ERR_clear_error();
    const step_result answer = outcome_of(SSL_do_handshake(connection_.get()));
    if (answer == step_result::ended) return fail();
    if (answer == step_result::done) secure_ = true;
    return answer;
}

step_result engine::read(std::span<std::byte> into, std::size_t& count) noexcept {
    count = 0;
    if (failed_) return step_result::failed;
    while (count < into.size()) {
        ERR_clear_error();
        std::size_t got = 0;
        const std::span<std::byte> rest = into.subspan(count);
        const int answer = SSL_read_ex(connection_.get(), rest.data(), rest.size(), &got);
        if (answer == 1) {
            count += got;
            continue;
        }
        const step_result outcome = outcome_of(answer);
        if (count == 0) return outcome;
        break;
    }
    return step_result::done;
}

step_result engine::look() noexcept {
    if (failed_) return step_result::failed;
    ERR_clear_error();
    std::byte first;
    std::size_t got = 0;
    const int answer = SSL_peek_ex(connection_.get(), &first, 1, &got);
    return answer == 1 ? step_result::done : outcome_of(answer);
}

step_result engine::write(std::span<const std::byte> from) noexcept {
    if (failed_) return step_result::failed;
    ERR_clear_error();
    std::size_t taken = 0;
    const int answer = SSL_write_ex(connection_.get(), from.data(), from.size(), &taken);
    return answer == 1 ? step_result::done : fail();
}

step_result engine::end_output() noexcept {
    const bool said = (SSL_get_shutdown(connection_.get()) & SSL_SENT_SHUTDOWN) != 0;
    if (failed_ || !secure_ || said) return step_result::done;
    ERR_clear_error();
    // 0 means that our end is said and the peer's is not yet heard: all that is wanted here.
    return SSL_shutdown(connection_.get()) < 0 ? fail() : step_result::done;
}

}  // namespace troika::tls
