// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/fetch/get.hpp>
#include <troika/http/server.hpp>
#include <troika/loop/event_loop.hpp>

#include "unit/fetch/folder_fixture.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace troika::fetch::testing_fetch {

/// A folder, a web server in the same loop, and a program that downloads.
class WebFixture : public FolderFixture {
protected:
    /// Serves `pages` while `body` runs; it is called with the server's URL.
    template <class F>
    void serve(F body) {
        event_loop loop;
        loop.run(serve_while(*this, std::move(body)));
        EXPECT_EQ(loop.roots().task_count(), 0u);
    }

    [[nodiscard]] get_options into_folder() const {
        get_options options;
        options.directory = folder;
        options.sync = false;
        options.retry.retries_max = 0;
        return options;
    }

    std::map<std::string, std::string> pages;   // by path; others are 404
    std::string endless = "/endless";           // sends for ever, slowly
    std::size_t requests = 0;

private:
    template <class F>
    static task<void> serve_while(WebFixture& web, F body) {
        auto answer = [&web](http::server_request& asked,
                             http::responder& reply) -> task<void> {
            ++web.requests;
            const std::string path(asked.path());
            reply.fields.set("ETag", "\"1\"");
            if (path == web.endless) {
                reply.begin(200);
                const std::string piece(256 * 1024, 'x');
                for (;;) co_await reply.write(piece);
            }
            const auto page = web.pages.find(path);
            if (page == web.pages.end())
                co_await reply.send(404);
            else
                co_await reply.send(200, page->second);
        };
        http::server_options quiet;
        auto nobody = [](const std::exception_ptr&) {};
        quiet.on_error = nobody;
        const net::endpoint here{"127.0.0.1", 0};
        net::server running = co_await http::serve(here, answer, quiet);
        co_await body("http://127.0.0.1:" + std::to_string(running.port()));
        running.close();
        co_await running.wait_closed();
    }
};

}  // namespace troika::fetch::testing_fetch
