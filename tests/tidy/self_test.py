# SPDX-License-Identifier: MIT
"""Plants a mistake for every rule in a small tree: the rule must report it, and only it."""
import include_rules
import scope_rules
import text_rules
import tree

SPDX = "// SPDX-License-Identifier: MIT\n"
HEADER = SPDX + "#pragma once\n"
CMAKE = """# SPDX-License-Identifier: MIT
troika_stratum(base)
troika_stratum(os)
troika_stratum(core DEPENDS base os)
troika_stratum(loop DEPENDS core)
troika_stratum(io DEPENDS loop)
troika_stratum(net
    DEPENDS io)
troika_stratum(fs DEPENDS io)
troika_stratum(http COMPONENT http DEPENDS net fs SOURCES a.c)
"""

# (rule, path, text, line at which the rule must report; None: nothing may be reported)
SAMPLES = (
    ("layer", "src/core/a.cpp", SPDX + '#include "core/a.hpp"\n#include "loop/a.hpp"\n', 3),
    ("layer", "src/core/a.cpp", SPDX + "#include <troika/loop/a.hpp>\n", 2),
    ("layer", "src/net/a.cpp", SPDX + '#include "fs/a.hpp"\n', 2),
    ("layer", "src/os/a.cpp", SPDX + "#include <troika/base/check.hpp>\n", 2),
    ("layer", "include/troika/loop/a.hpp", HEADER + "#include <troika/troika.hpp>\n", 3),
    ("layer", "fetch/a.cpp", SPDX + '#include "apps/troika/a.hpp"\n', 2),
    ("layer", "src/pool/a.cpp", SPDX, 1),
    ("layer", "src/http/a.cpp", SPDX + '#include "net/a.hpp"\n#include <troika/os/a.hpp>\n', None),
    ("layer", "fetch/a.cpp", SPDX + '#include "fetch/a.hpp"\n#include <troika/http/a.hpp>\n', None),
    ("layer", "src/core/a.cpp", SPDX + '// #include "loop/a.hpp"\n', None),
    ("private-header", "include/troika/core/a.hpp", HEADER + '#include "core/a.hpp"\n', 3),
    ("private-header", "src/core/a.cpp", SPDX + '#include "a.hpp"\n', 2),
    ("private-header", "src/core/a.cpp", SPDX + '#include "linux/io.h"\n', 2),
    ("foreign-header", "src/net/a.cpp", SPDX + "#include <sys/socket.h>\n", 2),
    ("foreign-header", "src/net/a.cpp", SPDX + "#include <unistd.h>\n", 2),
    ("foreign-header", "include/troika/os/a.hpp", HEADER + "#include <unistd.h>\n", 3),
    ("foreign-header", "include/troika/base/a.hpp", HEADER + "#include <bits/chrono.h>\n", 3),
    ("foreign-header", "include/troika/base/std_parts.hpp", HEADER + "#include <bits/chrono.h>\n",
     None),
    ("foreign-header", "src/net/a.cpp", SPDX + "#include <llhttp.h>\n", 2),
    ("foreign-header", "src/http/a.cpp", SPDX + "#include <zstd.h>\n", 2),
    ("foreign-header", "src/http/a_coding.hpp", HEADER + "#include <brotli/decode.h>\n", 3),
    ("foreign-header", "src/http/a_coding.cpp", SPDX + "#include <zlib.h>\n", None),
    ("foreign-header", "src/http/cookie_jar.cpp", SPDX + "#include <libpsl.h>\n", 2),
    ("foreign-header", "fetch/a.hpp", HEADER + "#include <fmt/format.h>\n", 3),
    ("foreign-header", "src/core/a.cpp", SPDX + "#include <fmt/format.h>\n", 2),
    ("foreign-header", "fetch/a.cpp", SPDX + "#include <CLI/CLI.hpp>\n", 2),
    ("foreign-header", "fetch/a.hpp", HEADER + "#include <nlohmann/json.hpp>\n", 3),
    ("foreign-header", "src/http/a.cpp", SPDX + "#include <openssl/evp.h>\n", 2),
    ("foreign-header", "apps/troika/a.cpp", SPDX + "#include <expat.h>\n", 2),
    ("foreign-header", "fetch/a.cpp", SPDX + "#include <expat.h>\n", None),
    ("foreign-header", "src/os/a.cpp", SPDX + "#include <linux/fs.h>\n#include <vector>\n", None),
    ("foreign-header", "src/core/a.cpp", SPDX + "#include <cxxabi.h>\n", None),
    ("foreign-header", "src/http/a.cpp", SPDX + "#include <llhttp.h>\n", None),
    ("foreign-header", "fetch/a.cpp", SPDX + "#include <fmt/core.h>\n#include <openssl/evp.h>\n",
     None),
    ("foreign-header", "apps/troika/a.cpp", SPDX + "#include <CLI/CLI.hpp>\n", 2),
    ("backend-word", "src/core/a.cpp", SPDX + "// as epoll does\n", 2),
    ("backend-word", "include/troika/loop/event_loop.hpp", HEADER + "int io_uring_fd;\n", 3),
    ("backend-word", "fetch/a.cpp", SPDX + "use_uring();\n", 2),
    ("backend-word", "src/core/a.cpp", SPDX + "// measuring during the configuring\n", None),
    ("backend-word", "src/loop/uring_poller.cpp", SPDX + "// uring\n", None),
    ("backend-condition", "src/os/a.cpp", SPDX + "#if defined(TROIKA_HAS_URING)\n#endif\n", 2),
    ("public-macro", "include/troika/core/a.hpp", HEADER + "#define TROIKA_A 1\n", 3),
    ("public-macro", "include/troika/core/a.hpp", HEADER + "// #define A\n#if A\n#endif\n", None),
    ("form", "src/core/a.cpp", "int a();\n", 1),
    ("form", "include/troika/core/a.hpp", SPDX + "int a();\n", 2),
    ("form", "src/core/a.cpp", SPDX + "// " + "x" * 98 + "\n", 2),
    ("form", "src/core/a.cpp", SPDX + "\n" * 500, 501),
    ("form", "src/core/a.cpp", SPDX + "int a(); \n", 2),
    ("form", "src/core/a.cpp", SPDX + "\tint a();\n", 2),
    ("form", "src/core/a.cpp", SPDX + "int a();", 2),
    ("form", "run.sh", "#!/usr/bin/env bash\n# SPDX-License-Identifier: MIT\n", None),
    ("clock-and-chance", "src/net/a.cpp", SPDX + "auto t = std::chrono::steady_clock::now();\n", 2),
    ("clock-and-chance", "fetch/a.cpp", SPDX + "std::random_device chance;\n", 2),
    ("clock-and-chance", "src/core/a.cpp", SPDX + 'auto e = std::getenv("A");\n', 2),
    ("clock-and-chance", "src/os/a.cpp", SPDX + 'auto e = std::getenv("A");\n', None),
    ("clock-and-chance", "src/core/a.cpp", SPDX + "// steady_clock::now()\nbool operand(int);\n",
     None),
    ("sleeping-test", "tests/unit/a_test.cpp", SPDX + "std::this_thread::sleep_for(1ms);\n", 2),
    ("sleeping-test", "tests/unit/a_test.cpp", SPDX + "usleep(10);\n", 2),
    ("sleeping-test", "tests/e2e/a_test.py", "# SPDX-License-Identifier: MIT\ntime.sleep(1)\n", 2),
    ("sleeping-test", "tests/e2e/a.sh", "# SPDX-License-Identifier: MIT\nsleep 1\n", 2),
    ("sleeping-test", "tests/unit/a_test.cpp", SPDX + "co_await troika::sleep(1h);\n", None),
    ("unfinished", "src/core/a.cpp", SPDX + "// TO" "DO: more\n", 2),
    ("unfinished", "docs/a.md", "One\n\nFIX" "ME\n", 3),
    ("switched-off", "tests/unit/a_test.cpp", SPDX + "GTEST" "_SKIP();\n", 2),
    ("switched-off", "tests/unit/a_test.cpp", SPDX + "TEST(a, DIS" "ABLED_b) {}\n", 2),
    ("switched-off", "src/core/a.cpp", SPDX + "#if" " 0\n#endif\n", 2),
    ("machine-path", "docs/a.md", "See /home/somebody/notes.\n", 1),
    ("machine-path", "src/core/a.cpp", SPDX + 'auto path = "/tmp/x";\n', 2),
    ("machine-path", "docs/a.md", "GET /files/work/1 of network/tmp/\n", None),
    ("detached", "src/core/a.cpp", SPDX + "thread.detach();\n", 2),
    ("test-for-each-noun", "src/core/task.cpp", SPDX, 1),
    ("mutable-global", "src/core/a.cpp", SPDX + "namespace troika {\nint count = 0;\n}\n", 3),
    ("mutable-global", "src/core/a.cpp", SPDX + "static std::atomic<int> count{0};\n", 2),
    ("mutable-global", "src/core/a.cpp", SPDX + "namespace {\nstd::map<int, int> cache;\n}\n", 3),
    ("mutable-global", "src/core/a.cpp", SPDX + "const char* name = nullptr;\n", 2),
    ("mutable-global", "src/core/a.cpp", SPDX + "void f() {\n    static int calls;\n}\n", 3),
    ("mutable-global", "include/troika/core/a.hpp",
     HEADER + "struct a {\n    inline static int made = 0;\n};\n", 4),
    ("mutable-global", "src/core/a.cpp", SPDX + """namespace troika {
constexpr int limit = 3;
const std::vector<int> primes{2, 3};
const char* const name = "a";
using number = int;
class later;
enum class kind { a, b };
int f(int a, int b = 2);
struct s : base<int> {
    int member = 0;
    static constexpr int size_max = 1;
    static s make(int value);
    int g() { int local = 1; return local; }
};
template <typename T>
T identity(T value) { return value; }
bool operator==(const s&, const s&) = default;
void h() { static constexpr int a = 1; static const auto b = f(1, 2); int c; }
}
""", None),
)


def run():
    rules = {**include_rules.RULES, **text_rules.RULES, **scope_rules.RULES}
    text_rules.ALLOWED = {rule: {} for rule in text_rules.ALLOWED}
    scope_rules.ALLOWED = {}
    failures = 0
    seen = set()
    for number, (rule, path, text, wanted) in enumerate(SAMPLES, 1):
        files = {"CMakeLists.txt": CMAKE, path: text}
        if rule == "test-for-each-noun":
            files["include/troika/core/task.hpp"] = HEADER
        found = [line for where, line, _ in rules[rule](tree.Tree(files)) if where == path]
        if found != ([] if wanted is None else [wanted]):
            print(f"self-test {number}, {rule}, {path}: wanted {wanted}, found {found}")
            failures += 1
        if wanted is not None:
            seen.add(rule)

    # Rules that need two files.
    two = tree.Tree({"CMakeLists.txt": CMAKE, "src/core/a.cpp": SPDX + "thread_local int a;\n",
                     "include/troika/core/a.hpp": HEADER + "extern thread_local int a;\n",
                     "src/net/b.cpp": SPDX + "thread_local int b;\n"})
    found = [(path, line) for path, line, _ in rules["one-thread-local"](two)]
    if found != [("src/net/b.cpp", 2)]:
        print(f"self-test one-thread-local: found {found}")
        failures += 1
    seen.add("one-thread-local")

    # An excuse that excuses nothing must be noticed.
    text_rules.ALLOWED["clock-and-chance"] = {"src/core/gone.cpp": "a reason"}
    two.paths.add("packages.txt")
    if not list(rules["clock-and-chance"](two)):
        print("self-test: an excuse for a file that is gone was not noticed")
        failures += 1

    for rule in sorted(set(rules) - seen):
        print(f"self-test: no sample makes {rule} fail")
        failures += 1
    print(f"tidy self-test: {len(SAMPLES) + 2} samples, {failures} failure(s)")
    return 1 if failures else 0
