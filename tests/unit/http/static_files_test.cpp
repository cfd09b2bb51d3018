// SPDX-License-Identifier: MIT
#include <troika/http/static_files.hpp>

#include <troika/fs/directory.hpp>
#include <troika/fs/whole_file.hpp>
#include <troika/http/server.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/connect.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace troika {
namespace {

/// A directory of its own for each test.
class folder {
public:
    folder() {
        std::string name = testing::TempDir() + "troika-static-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    ~folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

task<std::string> ask(net::address where, std::string request) {
    net::stream peer = co_await net::open_connection(where);
    co_await peer.write_all(std::string_view(request));
    co_await peer.close_write();
    std::string answer = co_await peer.read_all(1 << 20);
    co_return answer;
}

task<std::string> serve_and_ask(std::filesystem::path root, std::string request) {
    net::server server = co_await http::serve({"127.0.0.1", 0},
                                              std::make_unique<http::static_files>(root));
    std::string answer = co_await ask(server.local_address(), std::move(request));
    co_await server.drain();
    co_return answer;
}

std::string request(const std::string& target, const std::string& fields = {},
                    const std::string& method = "GET") {
    return method + " " + target + " HTTP/1.1\r\nHost: test\r\n" + fields +
           "Connection: close\r\n\r\n";
}

class StaticFiles : public testing::Test {
protected:
    StaticFiles() {
        loop.run(fs::write_file(root.path() / "a.txt", "0123456789", {.sync = false}));
        loop.run(fs::write_file(root.path() / ".secret", "no", {.sync = false}));
    }
    std::string get(const std::string& target, const std::string& fields = {},
                    const std::string& method = "GET") {
        return loop.run(serve_and_ask(root.path(), request(target, fields, method)));
    }
    event_loop loop;
    folder root;
};

TEST_F(StaticFiles, SendsAFileWithItsLengthAndTag) {
    const std::string answer = get("/a.txt");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Length: 10\r\n"), std::string::npos);
    EXPECT_NE(answer.find("ETag: \""), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n0123456789"));
}

TEST_F(StaticFiles, AnswersHeadWithoutABody) {
    const std::string answer = get("/a.txt", {}, "HEAD");
    EXPECT_NE(answer.find("Content-Length: 10\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(StaticFiles, SendsRanges) {
    const std::string answer = get("/a.txt", "Range: bytes=2-4\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 206 ")) << answer;
    EXPECT_NE(answer.find("Content-Range: bytes 2-4/10\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n234"));
    EXPECT_TRUE(get("/a.txt", "Range: bytes=20-\r\n").starts_with("HTTP/1.1 416 "));
}

TEST_F(StaticFiles, KnowsWhatTheClientHas) {
    const std::string first = get("/a.txt");
    const std::size_t at = first.find("ETag: ") + 6;
    const std::string tag = first.substr(at, first.find('\r', at) - at);
    EXPECT_TRUE(get("/a.txt", "If-None-Match: " + tag + "\r\n").starts_with("HTTP/1.1 304 "));
    const std::string other = "Range: bytes=2-4\r\nIf-Range: \"other\"\r\n";
    EXPECT_TRUE(get("/a.txt", other).starts_with("HTTP/1.1 200 "));
}

TEST_F(StaticFiles, ServesNothingOutsideAndNothingHidden) {
    for (const char* target : {"/../a.txt", "/%2e%2e/a.txt", "/.secret", "/a.txt%00", "/nothing"})
        EXPECT_TRUE(get(target).starts_with("HTTP/1.1 404 ")) << target;
    std::filesystem::create_symlink("/etc/hostname", root.path() / "link");
    EXPECT_TRUE(get("/link").starts_with("HTTP/1.1 404 "));
}

TEST_F(StaticFiles, ListsADirectoryAndEscapesItsNames) {
    loop.run(fs::write_file(root.path() / "<b>.txt", "", {.sync = false}));
    const std::string page = get("/");
    EXPECT_NE(page.find("a.txt"), std::string::npos) << page;
    EXPECT_NE(page.find("&lt;b&gt;.txt"), std::string::npos);
    EXPECT_EQ(page.find(".secret"), std::string::npos);
}

TEST_F(StaticFiles, RefusesOtherMethods) {
    const std::string answer = get("/a.txt", {}, "DELETE");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << answer;
    EXPECT_NE(answer.find("Allow: GET, HEAD\r\n"), std::string::npos);
}

}  // namespace
}  // namespace troika
