// SPDX-License-Identifier: MIT
#include <troika/fetch/checksum.hpp>

#include "fetch/printable.hpp"

#include <troika/base/check.hpp>
#include <troika/fetch/failure.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <new>

namespace troika::fetch {
namespace {

struct algorithm_facts {
    checksum_algorithm algorithm;
    std::string_view name;
    const char* openssl_name;
    std::size_t size;   // of a digest, in bytes
};

// In this order a bare digest finds its algorithm: 128 digits are sha512's before they are
// blake2b's.
constexpr algorithm_facts all[] = {
    {checksum_algorithm::sha256, "sha256", "SHA256", 32},
    {checksum_algorithm::sha512, "sha512", "SHA512", 64},
    {checksum_algorithm::sha1, "sha1", "SHA1", 20},
    {checksum_algorithm::md5, "md5", "MD5", 16},
    {checksum_algorithm::blake2b, "blake2b", "BLAKE2B-512", 64},
};

const algorithm_facts& facts(checksum_algorithm algorithm) noexcept {
    return *std::ranges::find(all, algorithm, &algorithm_facts::algorithm);
}

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

[[noreturn]] void refuse(std::string_view text, const std::string& what) {
    throw failure(cause::usage, "checksum '" + printable(text) + "': " + what);
}

std::string known_algorithms() {
    std::string names;
    for (const algorithm_facts& each : all)
        names.append(names.empty() ? "" : ", ").append(each.name);
    return names;
}

}  // namespace

std::string_view to_string(checksum_algorithm algorithm) noexcept { return facts(algorithm).name; }

bool parse_algorithm(std::string_view text, checksum_algorithm& algorithm) noexcept {
    std::string plain;   // short enough never to allocate
    for (const char c : text.substr(0, 12))
        if (c != '-') plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    if (plain == "blake2b512") plain = "blake2b";
    const auto* found = std::ranges::find(all, plain, &algorithm_facts::name);
    if (found == std::end(all)) return false;
    algorithm = found->algorithm;
    return true;
}

checksum::checksum(checksum_algorithm algorithm, std::span<const std::byte> bytes) noexcept
    : algorithm_(algorithm) {
    check(bytes.size() == facts(algorithm).size, "a digest has the length of its algorithm");
    std::ranges::copy(bytes, bytes_.begin());
}

checksum checksum::parse(std::string_view text) {
    const std::size_t colon = text.find_first_of(":=");
    if (colon == std::string_view::npos) {
        const auto* found =
            std::ranges::find(all, text.size(), [](const auto& each) { return each.size * 2; });
        if (found == std::end(all))
            refuse(text, "write ALGORITHM:DIGITS, such as sha256: and 64 hexadecimal digits");
        return parse_hex(found->algorithm, text);
    }
    checksum_algorithm algorithm;
    if (!parse_algorithm(text.substr(0, colon), algorithm))
        refuse(text, "the algorithm is not known; use one of " + known_algorithms());
    return parse_hex(algorithm, text.substr(colon + 1));
}

checksum checksum::parse_hex(checksum_algorithm algorithm, std::string_view digits) {
    const std::size_t size = facts(algorithm).size;
    if (digits.size() != 2 * size)
        refuse(digits, std::string(fetch::to_string(algorithm)) + " has " +
                           std::to_string(2 * size) + " hexadecimal digits, not " +
                           std::to_string(digits.size()));
    std::array<std::byte, size_max> bytes{};
    for (std::size_t i = 0; i < size; ++i) {
        const int high = hex_value(digits[2 * i]), low = hex_value(digits[2 * i + 1]);
        if (high < 0 || low < 0) refuse(digits, "only the digits 0-9 and a-f can stand in it");
        bytes[i] = static_cast<std::byte>(high * 16 + low);
    }
    return {algorithm, std::span(bytes).first(size)};
}

std::string checksum::hex() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : std::span(bytes_).first(facts(algorithm_).size)) {
        text += digits[std::to_integer<unsigned>(byte >> 4)];
        text += digits[std::to_integer<unsigned>(byte & std::byte{15})];
    }
    return text;
}

std::string checksum::to_string() const {
    return std::string(fetch::to_string(algorithm_)) + ":" + hex();
}

struct hasher::context {
    context() : state(EVP_MD_CTX_new()) {
        if (state == nullptr) throw std::bad_alloc();
    }
    context(const context&) = delete;
    context& operator=(const context&) = delete;
    ~context() { EVP_MD_CTX_free(state); }

    EVP_MD_CTX* state;
};

hasher::hasher(checksum_algorithm algorithm)
    : algorithm_(algorithm), context_(std::make_unique<context>()) {
    EVP_MD* method = EVP_MD_fetch(nullptr, facts(algorithm).openssl_name, nullptr);
    const bool ready =
        method != nullptr && EVP_DigestInit_ex(context_->state, method, nullptr) == 1;
    EVP_MD_free(method);   // the context holds it now
    if (!ready)
        throw failure(cause::usage, std::string(fetch::to_string(algorithm)) +
                                        " is not offered by this system's OpenSSL (a FIPS "
                                        "configuration?); use sha256 or sha512");
}

hasher::hasher(hasher&&) noexcept = default;
hasher& hasher::operator=(hasher&&) noexcept = default;
hasher::~hasher() = default;

void hasher::update(std::span<const std::byte> bytes) {
    check(EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()) == 1,
          "a digest in progress takes every byte");
}

checksum hasher::value() const {
    context copy;   // a digest ends when its value is taken, so a copy is ended
    std::array<std::byte, checksum::size_max> bytes;
    unsigned size = 0;
    if (EVP_MD_CTX_copy_ex(copy.state, context_->state) != 1) throw std::bad_alloc();
    check(
        EVP_DigestFinal_ex(copy.state, reinterpret_cast<unsigned char*>(bytes.data()), &size) == 1,
        "a digest in progress can be ended");
    return {algorithm_, std::span(bytes).first(size)};
}

}  // namespace troika::fetch
