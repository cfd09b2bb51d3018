// SPDX-License-Identifier: MIT
#include <troika/loop/poller.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// How a poller is chosen. What pollers do is in tests/conformance/poller_test.cpp.

namespace troika {

/// Sets TROIKA_BACKEND as long as it lives.
class backend_variable {
public:
    explicit backend_variable(const char* value) {
        if (const char* old = std::getenv(name)) before_ = old;
        if (value)
            ::setenv(name, value, 1);
        else
            ::unsetenv(name);
    }
    backend_variable(const backend_variable&) = delete;
    backend_variable& operator=(const backend_variable&) = delete;
    ~backend_variable() {
        if (before_)
            ::setenv(name, before_->c_str(), 1);
        else
            ::unsetenv(name);
    }

private:
    static constexpr const char* name = "TROIKA_BACKEND";
    std::optional<std::string> before_;
};

/// Calls `body` in a child process in which io_uring_setup fails with `error`, as containers and
/// old kernels do it. Returns: what `body` returned; 100 and more when the child broke.
template <class Body>
static int where_ring_fails_with(int error, Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        sock_filter program[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const sock_fprog filter{.len = 4, .filter = program};
        if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) ::_exit(100);
        if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) ::_exit(101);
        int answer = 102;
        try {
            answer = body();
        } catch (const std::exception& e) {
            std::fprintf(stderr, "%s\n", e.what());
        }
        ::_exit(answer);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return 103;
    return WEXITSTATUS(status);
}

TEST(make_poller, gives_what_is_asked_for) {
    const backend_variable unset(nullptr);
    EXPECT_EQ(make_poller(poller_kind::epoll)->name(), "epoll");
    EXPECT_EQ(make_poller(poller_kind::uring)->name(), "uring");
    EXPECT_EQ(make_poller()->name(), "uring");
}

TEST(make_poller, obeys_the_variable_unless_told_in_code) {
    const backend_variable epoll("epoll");
    EXPECT_EQ(make_poller()->name(), "epoll");
    EXPECT_EQ(make_poller(poller_kind::uring)->name(), "uring");
    EXPECT_EQ(explain_poller(), "epoll: TROIKA_BACKEND says so");
    const backend_variable uring("uring");
    EXPECT_EQ(make_poller()->name(), "uring");
    EXPECT_EQ(explain_poller().find("uring: TROIKA_BACKEND says so"), 0u);
    const backend_variable automatic("auto");
    EXPECT_EQ(make_poller()->name(), "uring");
    EXPECT_EQ(explain_poller().find("uring: this kernel allows it"), 0u);
}

TEST(make_poller, refuses_an_unknown_name_and_says_what_is_known) {
    const backend_variable wrong("io_uring");
    try {
        make_poller();
        FAIL();
    } catch (const std::invalid_argument& e) {
        const std::string what = e.what();
        for (const char* part : {"TROIKA_BACKEND", "\"io_uring\"", "uring, epoll or auto"})
            EXPECT_NE(what.find(part), std::string::npos) << what;
    }
}

class refused_ring : public ::testing::TestWithParam<int> {};

TEST_P(refused_ring, means_epoll_when_nobody_insists) {
    EXPECT_EQ(where_ring_fails_with(GetParam(),
                                    [] {
                                        const backend_variable unset(nullptr);
                                        return make_poller()->name() == "epoll" ? 0 : 1;
                                    }),
              0);
}

TEST_P(refused_ring, is_explained) {
    EXPECT_EQ(where_ring_fails_with(GetParam(),
                                    [] {
                                        const backend_variable unset(nullptr);
                                        const std::string why = explain_poller();
                                        const bool right = why.find("epoll: ") == 0 &&
                                                           why.find("(E") != why.npos;
                                        return right ? 0 : 1;
                                    }),
              0);
}

TEST_P(refused_ring, is_an_error_when_somebody_insists) {
    EXPECT_EQ(where_ring_fails_with(
                  GetParam(),
                  [] {
                      for (const poller_kind kind : {poller_kind::uring, poller_kind::automatic}) {
                          const backend_variable insisting("uring");
                          try {
                              make_poller(kind);
                              return 1;
                          } catch (const std::system_error& e) {
                              if (e.code().value() != GetParam()) return 2;
                              if (std::string(e.what()).find("TROIKA_BACKEND=epoll") ==
                                  std::string::npos)
                                  return 3;
                          }
                      }
                      return 0;
                  }),
              0);
}

INSTANTIATE_TEST_SUITE_P(errors, refused_ring, ::testing::Values(EPERM, ENOSYS, ENOMEM, EINVAL));

}  // namespace troika
