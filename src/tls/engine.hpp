// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tls/error.hpp>

#include "tls/openssl_error.hpp"
#include "tls/openssl_handles.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troika::tls {

/// What a step of the engine came to.
enum class step_result : std::uint8_t {
    done,         ///< for reads and writes: with at least one byte
    want_input,   ///< what has come does not suffice
    ended,        ///< the peer has said that it sends no more
    failed,       ///< see engine::failure()
};

/// TLS without a network: records go in, plain text comes out, and the other way round.
///
/// OpenSSL reads straight from where the records were received, and writes to one buffer, without a
/// queue of its own between (a BIO of ours instead of its memory BIO, which copies once more).
/// Thread: that of the connection.
class engine {
public:
    /// Plain text that one write() takes at most: four records, one send.
    static constexpr std::size_t write_size_max = 64 * 1024;
    /// What may wait to be sent besides: answers to the peer's requests for new keys.
    static constexpr std::size_t unasked_output_max = 64 * 1024;

    /// Takes `connection`, whose side and checks are set. `host`: whom it is with, for messages;
    /// `session_key`: for the sessions that the peer offers.
    engine(ssl_ptr connection, std::string host, std::string session_key);
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    // ---- steps

    step_result handshake() noexcept;
    /// Decrypts up to `into.size()` bytes, of several records; sets `count`, also where the end or
    /// a failure comes after them (the next call says which).
    step_result read(std::span<std::byte> into, std::size_t& count) noexcept;
    /// Whether read() would give something: a byte, the end, or a failure.
    step_result look() noexcept;
    /// Encrypts the first `from.size()`, at most write_size_max, bytes into output().
    step_result write(std::span<const std::byte> from) noexcept;
    /// Puts the end of what we send into output().
    step_result end_output() noexcept;

    // ---- records

    /// Where the next bytes of the peer are: all of them are consumed before a step wants input.
    void set_input(std::span<const std::byte> bytes) noexcept {
        input_ = bytes;
        starved_ = bytes.empty();
    }
    /// The peer's connection has ended.
    void end_input() noexcept {
        input_ended_ = true;
        starved_ = false;
    }
    /// Whether the next read() is known to want input.
    [[nodiscard]] bool starved() const noexcept { return starved_; }
    [[nodiscard]] bool has_input() const noexcept { return !input_.empty(); }
    /// What is to be sent; whoever sends takes the whole buffer, and may give it back.
    [[nodiscard]] std::vector<std::byte>& output() noexcept { return output_; }

    // ---- facts

    [[nodiscard]] bool secure() const noexcept { return secure_; }
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] const openssl_failure& failure() const noexcept { return failure_; }
    [[nodiscard]] SSL* connection() const noexcept { return connection_.get(); }
    [[nodiscard]] const std::string& host() const noexcept { return host_; }
    /// The engine of a connection. Requires: there is one.
    [[nodiscard]] static engine& of(SSL* connection) noexcept;
    [[nodiscard]] const std::string& session_key() const noexcept { return session_key_; }
    /// For messages: for whom the certificate is that is being refused.
    void note_certificate(std::string names) noexcept { certificate_names_ = std::move(names); }

private:
    static BIO_METHOD* bio_method();
    static int bio_write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written);
    static int bio_read(BIO* bio, char* into, std::size_t size, std::size_t* count);
    static long bio_control(BIO* bio, int command, long number, void* pointer);

    step_result outcome_of(int answer) noexcept;
    step_result fail() noexcept;

    const ssl_ptr connection_;
    const std::string host_;
    const std::string session_key_;
    std::span<const std::byte> input_;
    std::vector<std::byte> output_;
    openssl_failure failure_{};
    std::string certificate_names_;
    bool input_ended_ = false;
    bool starved_ = true;
    bool secure_ = false;
    bool failed_ = false;
};

}  // namespace troika::tls
