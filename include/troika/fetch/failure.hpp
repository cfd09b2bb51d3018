// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace troika::fetch {

/// Why a download failed; the numbers are the exit codes of `troika get`.
enum class cause : std::uint8_t {
    other = 1,     // something failed that has no code of its own
    usage = 2,     // options, lists, URLs
    file = 3,      // reading or writing files
    network = 4,   // names, connections, peers that left early
    tls = 5,
    authentication = 6,   // 401, 403, 407
    protocol = 7,         // an answer that cannot be trusted
    http_status = 8,      // any other status of 400 and above
    checksum = 9,
    timeout = 10,
};

/// The word for `why` in events: `network`, `http_status` and so on.
[[nodiscard]] std::string_view to_string(cause why) noexcept;

/// One attempt to download has failed: why, whether another one makes sense, and, in the message,
/// what the user can do about it. Messages are printable and hold no credentials.
class failure : public std::runtime_error {
public:
    failure(cause why, const std::string& message, bool transient = false)
        : std::runtime_error(message), why_(why), transient_(transient) {}

    [[nodiscard]] cause why() const noexcept { return why_; }
    /// True when the same request may succeed later.
    [[nodiscard]] bool transient() const noexcept { return transient_; }
    /// How long the server asked us to wait.
    [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const noexcept {
        return retry_after_;
    }
    void set_retry_after(std::optional<std::chrono::seconds> time) noexcept { retry_after_ = time; }

private:
    cause why_;
    bool transient_;
    std::optional<std::chrono::seconds> retry_after_;
};

/// Which clock ran out.
enum class time_limit : std::uint8_t { connect, stall, total };

// The failures that a download can meet, each with its advice. `url` is redacted, names are
// escaped.

/// `operation` (such as "write") on the file `path` failed.
[[nodiscard]] failure file_failure(std::string_view operation, std::string_view path,
                                   std::error_code error);
/// `operation` (such as "connect", "look up", "receive") for `url` failed.
[[nodiscard]] failure network_failure(std::string_view operation, std::string_view url,
                                      std::error_code error);
/// The connection ended after `received` of `expected` bytes.
[[nodiscard]] failure truncated_failure(std::string_view url, std::uint64_t received,
                                        std::optional<std::uint64_t> expected);
[[nodiscard]] failure timeout_failure(time_limit limit, std::string_view url,
                                      std::chrono::nanoseconds time);
/// The server answered `status`, 400 or more (or one that no request of ours allows).
[[nodiscard]] failure status_failure(std::string_view url, int status);
/// The server broke HTTP, or contradicted itself, as `what` says.
[[nodiscard]] failure protocol_failure(std::string_view url, std::string_view what);
/// The file's digest is not the one asked for; `kept_as` is where it is, empty if it was removed.
[[nodiscard]] failure checksum_failure(std::string_view url, std::string_view expected,
                                       std::string_view actual, std::string_view kept_as);
/// The scheme of `url` is not spoken here; `redirected` if a server sent us there.
[[nodiscard]] failure scheme_failure(std::string_view url, bool redirected);
/// `url` cannot be understood, as `what` says.
[[nodiscard]] failure url_failure(std::string_view url, std::string_view what);

/// True of a status that invites another attempt: 408, 425, 429, 500, 502, 503, 504.
[[nodiscard]] bool is_transient_status(int status) noexcept;

/// Sums the failures of a whole run up to the exit code of the process.
class exit_status {
public:
    void add(cause why) noexcept;
    /// The run was ended by signal `number`.
    void end_by_signal(int number) noexcept { signal_ = number; }

    /// Returns: 128 + signal; else the lowest-numbered specific cause; else 1 if something failed;
    /// else 0.
    [[nodiscard]] int code() const noexcept;

private:
    std::uint32_t seen_ = 0;   // one bit for each cause
    int signal_ = 0;
};

}  // namespace troika::fetch
