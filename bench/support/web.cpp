// SPDX-License-Identifier: MIT
#include "support/web.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t large_file_wanted = 256 * mebibyte;
constexpr std::size_t large_file_small = 64 * mebibyte;
constexpr std::size_t large_files = 8;
constexpr auto log_wait_max = std::chrono::seconds(5);

std::string memory_folder() {
    const fs::path shared = "/dev/shm";
    return fs::is_directory(shared) ? shared.string() : fs::temp_directory_path().string();
}

std::string file_name(int index) {
    std::string number = std::to_string(index);
    return "f" + std::string(6 - std::min<std::size_t>(6, number.size()), '0') + number;
}

struct ports {
    int plain;
    int short_lived;
    int limited;
};

std::string common_configuration(const std::string& folder) {
    std::string text =
        "daemon off;\nmaster_process off;\nworker_processes 1;\nworker_rlimit_nofile 20000;\n"
        "error_log stderr crit;\npid " + folder + "/nginx.pid;\n"
        "events { worker_connections 16000; use epoll; multi_accept on; }\n"
        "http {\n    access_log off;\n    sendfile on;\n    tcp_nopush on;\n    tcp_nodelay on;\n"
        "    keepalive_requests 100000000;\n    keepalive_timeout 300;\n"
        "    open_file_cache max=20000 inactive=600s;\n"
        "    default_type application/octet-stream;\n    root " + folder + "/www;\n";
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        text += std::string("    ") + kind + "_temp_path " + folder + "/temporary;\n";
    return text;
}

std::string server_block(int port, const char* secure, const std::string& more) {
    return "    server { listen 127.0.0.1:" + std::to_string(port) + secure + " backlog=4096;" +
           more + " }\n";
}

std::string configuration(const std::string& folder, int port) {
    return common_configuration(folder) + server_block(port, "", "") + "}\n";
}

std::string secure_configuration(const std::string& folder, const ports& at) {
    return common_configuration(folder) +
           "    ssl_certificate " + folder + "/certificate.pem;\n"
           "    ssl_certificate_key " + folder + "/key.pem;\n"
           "    ssl_protocols TLSv1.3;\n"
           "    ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;\n"
           "    ssl_session_cache shared:sessions:1m;\n    ssl_session_tickets on;\n"
           "    log_format sessions '$connection $ssl_session_reused';\n" +
           server_block(at.plain, " ssl", "") +
           server_block(at.short_lived, " ssl",
                        " keepalive_requests " + std::to_string(web::files_per_connection) +
                            "; access_log " + folder + "/sessions.log sessions;") +
           server_block(at.limited, " ssl",
                        " limit_rate " + std::to_string(web::bytes_per_second) + ";") +
           "}\n";
}

// A certificate for this host and its key, in `folder`.
void make_certificate(const std::string& folder) {
    command openssl;
    openssl.arguments = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                         "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                         "-keyout", folder + "/key.pem", "-out", folder + "/certificate.pem"};
    static_cast<void>(run(openssl));
}

/// Bytes that memory can still take.
std::size_t memory_available() {
    std::ifstream info("/proc/meminfo");
    std::string word;
    std::size_t kibibytes = 0;
    while (info >> word)
        if (word == "MemAvailable:" && info >> kibibytes) return kibibytes * 1024;
    return 0;
}

}  // namespace

sample downloads::fetch(const std::string& target, const command& client) const {
    fs::remove_all(target);
    fs::create_directory(target);
    sample result = run(client);
    int whole = 0;
    for (const fs::directory_entry& each : fs::directory_iterator(target)) {
        if (!each.is_regular_file() || each.file_size() != size)
            throw std::runtime_error("it left a wrong file: " + each.path().filename().string());
        ++whole;
    }
    if (whole != count)
        throw std::runtime_error("it fetched " + std::to_string(whole) + " files of " +
                                 std::to_string(count));
    return result;
}

web::web(command nginx, web_scheme scheme)
    : folder_(memory_folder()), scheme_(scheme), port_(free_port()) {
    fs::create_directory(folder_.path() + "/www");
    const std::string file = folder_.path() + "/nginx.conf";
    nginx.arguments.insert(nginx.arguments.end(), {"-e", "/dev/null", "-c", file});
    try {
        if (scheme_ == web_scheme::https) {
            short_lived_port_ = free_port();
            limited_port_ = free_port();
            make_certificate(folder_.path());
            std::ofstream(file) << secure_configuration(folder_.path(),
                                                        {.plain = port_,
                                                         .short_lived = short_lived_port_,
                                                         .limited = limited_port_});
        } else {
            std::ofstream(file) << configuration(folder_.path(), port_);
        }
        nginx_ = std::make_unique<background>(nginx);
        nginx_->wait_until_listening(port_);
    } catch (const left_out& error) {
        excuse_ = error.what();
    }
}

downloads web::serve(const std::string& folder, int count, std::size_t size) const {
    if (nginx_ == nullptr) throw std::runtime_error(excuse_ + ": install nginx-light and openssl");
    const fs::path root = fs::path(folder_.path()) / "www" / folder;
    fs::create_directory(root);
    std::vector<char> block(std::min(size, mebibyte));
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>(i * 131 % 251);
    for (int index = 0; index < count; ++index) {
        std::ofstream file(root / file_name(index), std::ios::binary);
        for (std::size_t left = size; left > 0 && file;) {
            const std::size_t part = std::min(left, block.size());
            file.write(block.data(), static_cast<std::streamsize>(part));
            left -= part;
        }
        file.close();
        if (!file) throw std::runtime_error("no room for the files in " + root.string());
    }
    return list(folder, port_, count, size);
}

downloads web::list(const std::string& folder, int port, int count, std::size_t size) const {
    return lists(folder, folder, port, count, size);
}

downloads web::again(const downloads& what, const std::string& folder, web_manner manner) const {
    const bool limited = manner == web_manner::limited;
    return lists(folder, folder + (limited ? ".limited" : ".short_lived"),
                 limited ? limited_port_ : short_lived_port_, what.count, what.size);
}

downloads web::lists(const std::string& folder, const std::string& stem, int port, int count,
                     std::size_t size) const {
    downloads result;
    result.port = port;
    result.count = count;
    result.size = size;
    result.base = "http://127.0.0.1:" + std::to_string(port);
    if (scheme_ == web_scheme::https) {
        result.base.insert(4, "s");
        result.authority = folder_.path() + "/certificate.pem";
    }
    result.names = folder_.path() + "/" + stem + ".names";
    result.list = folder_.path() + "/" + stem + ".list";
    result.curl_config = folder_.path() + "/" + stem + ".curl";
    std::ofstream names(result.names);
    std::ofstream urls(result.list);
    std::ofstream config(result.curl_config);
    for (int index = 0; index < count; ++index) {
        const std::string path = folder + "/" + file_name(index);
        names << path << '\n';
        urls << result.base << '/' << path << '\n';
        config << "url = \"" << result.base << '/' << path << "\"\noutput = \"" << file_name(index)
               << "\"\n";
    }
    return result;
}

sample web::handshakes(int count) const {
    const std::string log = folder_.path() + "/sessions.log";
    const auto patience = std::chrono::steady_clock::now() + log_wait_max;
    for (;;) {
        std::map<std::string, bool> resumed;   // by connection
        int lines = 0;
        std::ifstream text(log);
        for (std::string connection, mark; text >> connection >> mark; ++lines)
            resumed[connection] = mark == "r";
        // The server writes a line when an answer has left, which may be after it was read.
        if (lines >= count) {
            fs::resize_file(log, 0);
            const auto full = std::ranges::count(std::views::values(resumed), false);
            return {{"handshakes", static_cast<double>(resumed.size())},
                    {"full", static_cast<double>(full)}};
        }
        if (std::chrono::steady_clock::now() > patience)
            throw std::runtime_error("the server has answered " + std::to_string(lines) +
                                     " requests of " + std::to_string(count));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void web::forget(const std::string& folder) const {
    fs::remove_all(fs::path(folder_.path()) / "www" / folder);
    fs::remove_all(target());
}

std::size_t web::large_file() const { return shrunk() ? large_file_small : large_file_wanted; }

bool web::shrunk() const {
    // Served and fetched, and as much again for everybody else.
    const std::size_t wanted = 4 * large_files * large_file_wanted;
    return memory_available() < wanted || fs::space(folder_.path()).available < wanted;
}

}  // namespace bench
