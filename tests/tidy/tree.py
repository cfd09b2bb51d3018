# SPDX-License-Identifier: MIT
"""The source tree as the rules see it: paths and lines, and which stratum may see which."""
import os
import re

import include_rules
import scope_rules
import text_rules

FOLDERS = ("include", "src", "fetch", "lab", "mapper", "apps", "examples", "tests", "bench", "fuzz",
           "cmake", "docs", "scripts", "tools", "packaging", ".ci")
TEXT = (".hpp", ".cpp", ".c", ".py", ".sh", ".cmake", ".md", ".txt", ".in")


class Source:
    """One file: its path from the root, and its text with and without comments and strings."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        if self.lines and self.lines[-1] == "":
            self.lines.pop()
        self.is_cpp = path.endswith((".hpp", ".cpp"))
        self.code = blank_out(text) if self.is_cpp else text
        self.code_lines = self.code.split("\n")

    def under(self, *folders):
        return self.path.startswith(tuple(folder + "/" for folder in folders))


class Tree:
    def __init__(self, files):
        """`files`: path -> text."""
        self.sources = [Source(path, text) for path, text in sorted(files.items())]
        self.paths = set(files)
        self.below = strata(files.get("CMakeLists.txt", ""))


def blank_out(text):
    """C++ text with comments and literals replaced by spaces of the same length; the name in an
    #include stays, since it is no literal."""
    pattern = re.compile(
        r'^[ \t]*#[ \t]*include[^\n]*'
        r'|//[^\n]*|/\*.*?\*/'
        r'|R"(?P<mark>[^()\\ ]{0,16})\(.*?\)(?P=mark)"'
        r'|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'", re.DOTALL | re.MULTILINE)

    def blank(match):
        if match.group().lstrip().startswith("#"):
            return re.sub(r"//.*|/\*.*", lambda m: " " * len(m.group()), match.group())
        return re.sub(r"[^\n]", " ", match.group())

    return pattern.sub(blank, text)


def strata(cmake):
    """Reads the troika_stratum() lines: stratum -> all strata that it may see, itself included."""
    direct = {}
    for match in re.finditer(r"^\s*troika_stratum\(([^)]*)\)", cmake, re.MULTILINE):
        words = match.group(1).split()
        depends, reading = [], None
        for word in words[1:]:
            if word in ("COMPONENT", "DEPENDS", "SOURCES", "INCLUDES", "LIBRARIES"):
                reading = word
            elif reading == "DEPENDS":
                depends.append(word)
        direct[words[0]] = depends
    below = {}
    for name in direct:
        seen, todo = {name}, list(direct[name])
        while todo:
            stratum = todo.pop()
            if stratum not in seen:
                seen.add(stratum)
                todo += direct.get(stratum, [])
        below[name] = seen
    everything = set(direct)
    below["fetch"] = everything | {"fetch"}
    below["lab"] = everything | {"lab"}
    below["mapper"] = everything | {"mapper"}
    below["apps"] = everything | {"fetch", "lab", "mapper", "apps"}
    # troika.hpp includes everything public and is for users, not for us.
    below["umbrella"] = everything | {"umbrella"}
    return below


def stratum_of(path):
    """The stratum that a file belongs to, or None outside the library and the command."""
    parts = path.split("/")
    if parts[:2] == ["include", "troika"]:
        return parts[2] if len(parts) > 3 else "umbrella"
    if parts[0] == "src":
        return parts[1] if len(parts) > 2 else "umbrella"
    return parts[0] if parts[0] in ("fetch", "lab", "mapper", "apps") and len(parts) > 1 else None


def load(root):
    files = {}

    def take(path):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            files[path] = file.read()

    for name in os.listdir(root):
        if name.endswith((".txt", ".md", ".sh")):
            take(name)
    for folder in FOLDERS:
        for directory, folders, names in os.walk(os.path.join(root, folder)):
            folders[:] = [f for f in folders if f not in ("__pycache__", "corpus")]
            for name in names:
                if name.endswith(TEXT) or (folder == ".ci" and "." not in name):
                    take(os.path.relpath(os.path.join(directory, name), root))
    return Tree(files)


def check(tree):
    """All problems, as lines `file:line: rule: what to do`."""
    problems = []
    for module in (include_rules, text_rules, scope_rules):
        for rule, check_rule in module.RULES.items():
            for path, line, advice in check_rule(tree):
                problems.append(f"{path}:{line}: {rule}: {advice}")
    return sorted(problems)
