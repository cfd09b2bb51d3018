# SPDX-License-Identifier: MIT
"""Rules that look at lines: names, macros, forbidden calls, form."""
import re

COLUMNS_MAX = 100
LINES_MAX = 500

# Exceptions: rule -> {path: reason}. An entry whose file is gone or clean is itself a problem.
ALLOWED = {
    "clock-and-chance": {
        "src/core/future_wait.cpp": "a plain thread that blocks has no scheduler to ask",
    },
    "test-for-each-noun": {
        "src/io/errors.cpp": "two constructors, seen by tests/unit/net/stream_test.cpp",
        "src/io/operation.cpp": "what all awaiters of fs and net are; tested with each of them",
        "src/net/transfer.cpp": "the operations of a stream; tests/conformance/stream_test.cpp",
    },
}

# Where the words of the backends belong.
BACKEND_FILES = re.compile(r"src/os/|src/loop/[^/]*poller|src/loop/file_pool"
                           r"|include/troika/loop/poller\.hpp|include/troika/os/|apps/")
BACKEND_WORD = re.compile(r"(?<![A-Za-z])(io_?)?uring(?![a-z])|(?<![A-Za-z])epoll(?![a-z])",
                          re.IGNORECASE)
CLOCK_FILES = re.compile(r"src/os/|src/loop/[^/]*poller|src/core/clock|include/troika/core/clock")
CLOCK_CALL = re.compile(
    r"\b(steady_clock|system_clock|high_resolution_clock)::now\b|\bclock_gettime\b|\bgettimeofday\b"
    r"|\bstd::time\s*\(|\brandom_device\b|\b(std::)?s?rand\s*\(|\bgetrandom\b|\b(secure_)?getenv\b")
SLEEP = {
    "cpp": re.compile(r"\bthis_thread::sleep_|\bsleep\s*\(\s*\d+u?\s*\)|\b(u|nano)sleep\b"),
    "py": re.compile(r"\btime\.sleep\b"),
    "sh": re.compile(r"(^|[;&|(]|\bdo|\bthen)\s*sleep\s"),
}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
SWITCHED_OFF = re.compile(r"\bGTEST" r"_SKIP\b|\bDIS" r"ABLED_\w|^\s*#\s*if\s+0\b")
MACHINE_PATH = re.compile(r"(?<![\w.}])/(work|root|tmp|home/[a-z]\w*|usr/local)/")
LIBRARY = ("include", "src", "fetch", "lab", "mapper")


def code_lines(tree, *folders):
    for source in tree.sources:
        if source.is_cpp and source.under(*folders):
            for number, line in enumerate(source.code_lines, 1):
                yield source, number, line


def excepted(tree, rule, found):
    """Leaves out what ALLOWED excuses, and reports excuses that excuse nothing."""
    excuses = dict(ALLOWED[rule])
    used = set()
    for path, number, advice in found:
        if path in excuses:
            used.add(path)
        else:
            yield path, number, advice
    for path in sorted(set(excuses) - used):
        if "packages.txt" in tree.paths:   # the whole tree, not a sample
            yield "tests/tidy/text_rules.py", 1, f"ALLOWED[{rule}] excuses {path} for nothing"


def backend_words(tree):
    for source in tree.sources:
        if not source.is_cpp or not source.under(*LIBRARY, "apps"):
            continue
        if BACKEND_FILES.match(source.path):
            continue
        for number, line in enumerate(source.lines, 1):
            match = BACKEND_WORD.search(line)
            if match:
                yield (source.path, number, f"`{match.group()}` is the poller's business; say what "
                       "the operation does, not who does it")


def backend_conditions(tree):
    for source, number, line in code_lines(tree, *LIBRARY, "apps"):
        if re.match(r"\s*#\s*(if|elif|define|ifdef|ifndef)\b.*(URING|EPOLL|BACKEND)", line):
            yield source.path, number, "backends are chosen at run time, never by the preprocessor"


def public_macros(tree):
    for source, number, line in code_lines(tree, "include"):
        if re.match(r"\s*#\s*define\b", line):
            yield (source.path, number, "a public header defines no macro; use constexpr, a "
                   "template or a function")


def form(tree):
    for source in tree.sources:
        if not source.path.endswith((".hpp", ".cpp", ".c", ".py", ".sh", ".cmake", ".txt")):
            continue
        head = "\n".join(source.lines[:2])
        if "SPDX-License-Identifier: MIT" not in head and source.path != "packages.txt":
            yield source.path, 1, "begin with the SPDX-License-Identifier: MIT line"
        if source.path.endswith(".hpp") and "#pragma once" not in source.lines[:3]:
            yield source.path, 2, "write #pragma once under the SPDX line"
        if len(source.lines) > LINES_MAX:
            yield (source.path, LINES_MAX + 1, f"{len(source.lines)} lines, at most {LINES_MAX}: "
                   "the file has found a second noun; give it a file of its own")
        for number, line in enumerate(source.lines, 1):
            if len(line) > COLUMNS_MAX:
                yield source.path, number, f"{len(line)} columns, at most {COLUMNS_MAX}: break it"
            if "\t" in line and not source.path.endswith(".txt"):
                yield source.path, number, "a tab: indent with four spaces"
            if line != line.rstrip():
                yield source.path, number, "white space at the end of the line"
        if source.text and not source.text.endswith("\n"):
            yield source.path, len(source.lines), "end the file with a newline"


def clock_and_chance(tree):
    found = []
    for source, number, line in code_lines(tree, *LIBRARY):
        match = CLOCK_CALL.search(line)
        if match and not CLOCK_FILES.match(source.path):
            found.append((source.path, number, f"`{match.group().strip()}`: take the time from the "
                          "scheduler, chance from a seeded random, environment as a parameter"))
    yield from excepted(tree, "clock-and-chance", found)


def sleeping_tests(tree):
    for source in tree.sources:
        if not source.under("tests") or source.under("tests/tidy"):
            continue
        kind = "cpp" if source.is_cpp else source.path.rsplit(".", 1)[-1]
        if kind not in SLEEP:
            continue
        for number, line in enumerate(source.code_lines, 1):
            if SLEEP[kind].search(line):
                yield (source.path, number, "a test does not sleep: wait for the event itself, or "
                       "use virtual time")


def unfinished(tree):
    for source in tree.sources:
        for number, line in enumerate(source.lines, 1):
            match = UNFINISHED.search(line)
            if match:
                yield source.path, number, f"{match.group()}: finish it, or open an issue"


def switched_off(tree):
    for source, number, line in code_lines(tree, "tests", *LIBRARY, "apps"):
        match = SWITCHED_OFF.search(line)
        if match:
            yield source.path, number, f"`{match.group().strip()}`: repair it or delete it"


def machine_paths(tree):
    for source in tree.sources:
        if source.under("tests/tidy"):
            continue   # this program has to name them
        for number, line in enumerate(source.lines, 1):
            match = MACHINE_PATH.search(line)
            if match:
                yield (source.path, number, f"{match.group()} is a path of one machine; use a "
                       "temporary directory or a path from the root of the repository")


def detached(tree):
    for source, number, line in code_lines(tree, *LIBRARY, "apps", "tests", "examples"):
        if re.search(r"\.detach\s*\(\s*\)", line):
            yield source.path, number, "nothing is detached: somebody has to join it"


def test_for_each_noun(tree):
    found = []
    for source in tree.sources:
        match = re.fullmatch(r"src/([^/]+)/([^/]+)\.cpp", source.path)
        if not match:
            continue
        stratum, noun = match.groups()
        test = f"tests/unit/{stratum}/{noun}_test.cpp"
        if f"include/troika/{stratum}/{noun}.hpp" in tree.paths and test not in tree.paths:
            found.append((source.path, 1, f"write {test}"))
    yield from excepted(tree, "test-for-each-noun", found)


RULES = {
    "backend-word": backend_words,
    "backend-condition": backend_conditions,
    "public-macro": public_macros,
    "form": form,
    "clock-and-chance": clock_and_chance,
    "sleeping-test": sleeping_tests,
    "unfinished": unfinished,
    "switched-off": switched_off,
    "machine-path": machine_paths,
    "detached": detached,
    "test-for-each-noun": test_for_each_noun,
}
