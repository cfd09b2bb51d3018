# SPDX-License-Identifier: MIT
"""Rules about #include: the direction of the strata, and who may see which foreign header."""
import re

import tree as trees

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')

# The one header that may name parts of the standard library's own headers.
STD_PARTS = "include/troika/base/std_parts.hpp"

# Foreign headers: a pattern, where it may be included, and what to do otherwise.
FOREIGN = (
    (r"llhttp\.h|llhttp/", r"src/http/.*\.(cpp|hpp)",
     "llhttp belongs to src/http; use the message parser"),
    (r"zlib\.h|brotli/|zstd.*\.h", r"src/http/[a-z]+_coding\.cpp",
     "each content coding has one file, src/http/NAME_coding.cpp; use the content decoder"),
    (r"libpsl\.h", r"src/http/public_suffix\.cpp",
     "libpsl belongs to src/http/public_suffix.cpp; use that header"),
    (r"CLI/", r"apps/[^/]+/[^/]+\.cpp", "CLI11 belongs to source files of apps"),
    (r"fmt/", r"(fetch|lab|apps/[^/]+)/[^/]+\.cpp",
     "fmt belongs to .cpp files of fetch, lab and apps (the library needs only libc)"),
    (r"nlohmann/", r"(fetch|lab|watch|apps/[^/]+)/[^/]+\.cpp",
     "nlohmann belongs to .cpp files of fetch, lab, watch and apps"),
    (r"expat\.h", r"fetch/[^/]+\.cpp", "expat belongs to .cpp files of fetch"),
    (r"mpi\.h", r"src/mpi/mpi_port\.(cpp|hpp)", "MPI belongs to src/mpi/mpi_port; use that"),
    (r"openssl/", r"fetch/[^/]+\.cpp|src/tls/[^/]+\.(cpp|hpp)",
     "OpenSSL belongs to fetch/*.cpp and src/tls"),
    (r"xxhash\.h", r"src/proc/map_journal\.cpp", "xxHash belongs to src/proc/map_journal.cpp"),
    (r"cxxabi\.h", r"src/.*", "names of types are made readable in src/"),
    (r"sanitizer/", r"src/.*", "sanitizer interfaces belong to src/"),
    (r".*", r"src/os/.*", "headers of Linux and libc belong to src/os; wrap what you need there"),
)


def includes(source):
    """Gives (line number, name, whether in angle brackets)."""
    for number, line in enumerate(source.code_lines, 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) or match.group(2), match.group(1) is not None


def is_standard(name):
    return re.fullmatch(r"[a-z_0-9]+", name) is not None


def ours(tree, name, angle):
    """The stratum of a header of ours, or None."""
    if angle:
        return trees.stratum_of("include/" + name) if name.startswith("troika/") else None
    first = name.split("/")[0]
    if first in ("fetch", "lab", "mapper", "watch", "apps"):
        return first
    return first if first in tree.below and "/" in name else None


def layers(tree):
    for source in tree.sources:
        mine = trees.stratum_of(source.path)
        if not source.is_cpp or mine is None:
            continue
        if mine not in tree.below:
            yield source.path, 1, f"declare the stratum {mine} in CMakeLists.txt, troika_stratum()"
            continue
        for number, name, angle in includes(source):
            theirs = ours(tree, name, angle)
            if theirs is None:
                continue
            if theirs == "umbrella" and mine == "apps":
                continue
            if theirs not in tree.below[mine]:
                yield (source.path, number, f"{mine} stands below or beside {theirs}; move what "
                       "both need into a lower stratum, or turn the call into a hook")


def private_headers(tree):
    for source in tree.sources:
        if not source.is_cpp or trees.stratum_of(source.path) is None:
            continue
        for number, name, angle in includes(source):
            if not angle and "/" not in name:
                yield (source.path, number, f'write the folder as well: "stratum/{name}" for a '
                       "private header, <troika/stratum/name.hpp> for a public one")
            elif not angle and source.under("include"):
                yield source.path, number, f"a public header cannot include the private {name}"
            elif not angle and ours(tree, name, angle) is None:
                yield source.path, number, f'"{name}" is in no stratum; foreign headers take <>'


def foreign_headers(tree):
    for source in tree.sources:
        if not source.is_cpp or trees.stratum_of(source.path) is None:
            continue
        for number, name, angle in includes(source):
            if not angle or is_standard(name) or name.startswith("troika/"):
                continue
            if source.path == STD_PARTS and name.startswith("bits/"):
                continue
            if source.under("include"):
                yield (source.path, number, "a public header includes only the standard library "
                       f"and troika; hide <{name}> in a source file")
                continue
            for pattern, allowed, advice in FOREIGN:
                if re.match(pattern, name):
                    in_os = source.under("src/os") and pattern == ".*"
                    if not in_os and not re.fullmatch(allowed, source.path):
                        yield source.path, number, f"<{name}>: {advice}"
                    break


def one_command_line(tree):
    """CLI11 takes seconds to compile: only in what reads the command line, once."""
    seen = set()
    for source in tree.sources:
        for number, name, angle in includes(source) if source.under("apps") else ():
            if not angle or not name.startswith("CLI/"):
                continue
            if not re.search(r"/command_line(_[a-z]+)?\.cpp$", source.path) or source.path in seen:
                yield source.path, number, "CLI11 is for command_line*.cpp, once each; parse there"
            seen.add(source.path)


RULES = {
    "layer": layers,
    "private-header": private_headers,
    "foreign-header": foreign_headers,
    "one-command-line": one_command_line,
}
