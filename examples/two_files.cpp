// SPDX-License-Identifier: MIT
// Two files at once: from `troika serve --port 8000`, or from the server that the argument names.
// two_files.sh starts one on a free port.
#include <troika/troika.hpp>

#include <filesystem>
#include <string>

troika::task<void> download(std::string url, std::filesystem::path to) {
    auto response = co_await troika::http::get(url);   // other tasks run while this one waits
    response.raise_for_status();
    co_await troika::fs::write_file(to, response.body());
}

troika::task<void> async_main(std::string base) {
    co_await troika::gather(download(base + "/file1.txt", "file1.txt"),
                            download(base + "/file2.txt", "file2.txt"));
}

int main(int count, char** arguments) {
    troika::run(async_main(count > 1 ? arguments[1] : "http://127.0.0.1:8000"));
}
