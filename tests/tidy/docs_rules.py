# SPDX-License-Identifier: MIT
"""Rules for documents: what the guide quotes stands in a program of examples/, each page has its
translation, and links lead somewhere."""
import posixpath
import re

# Links to what does not exist yet: target -> reason. Entries that excuse nothing are problems.
ALLOWED = {}

BLOCK = re.compile(r"^```(\w*)[ ]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
GUIDE, TRANSLATED = "docs/guide/", "docs/ru/"


def blocks(source):
    """(line, language, lines) of each fenced block; `line` is that of the opening fence."""
    for match in BLOCK.finditer(source.text):
        line = source.text.count("\n", 0, match.start()) + 1
        yield line, match.group(1), match.group(2).splitlines()


def links(source):
    """(line, target) of each link to another file of the tree; blocks of code have none."""
    inside = {number + offset for number, _, lines in blocks(source)
              for offset in range(len(lines) + 2)}
    for number, line in enumerate(source.lines, 1):
        if number in inside:
            continue
        for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
            target = target.split("#")[0]
            if target and ":" not in target:
                where = posixpath.join(posixpath.dirname(source.path), target)
                yield number, posixpath.normpath(where)


def dense(lines):
    """Without white space and empty lines."""
    return [re.sub(r"\s", "", line) for line in lines if line.strip()]


def quotes(quoted, program):
    """Whether `program` has the parts of `quoted`, which `...` lines separate, in this order."""
    text, position = "\n" + "\n".join(program) + "\n", 0
    for part in "\n".join(quoted).split("\n...\n"):
        position = text.find("\n" + part + "\n", position)
        if position < 0:
            return False
        position += len(part) + 1
    return True


def quoted_programs(tree):
    by_path = {source.path: source for source in tree.sources}
    for source in tree.sources:
        if not source.path.startswith((GUIDE, TRANSLATED)):
            continue
        programs = {path: dense(by_path[path].lines) for _, path in links(source)
                    if path.startswith("examples/") and path in by_path}
        for number, language, lines in blocks(source):
            quoted = dense(lines)
            if language == "cpp" and not any(quotes(quoted, each) for each in programs.values()):
                yield (source.path, number, "quote lines of a program in examples/ that this page "
                       "links to; a line `...` stands for what is left out")


def pairs(tree):
    """(original, its translation); one of them may be missing."""
    paths = {source.path for source in tree.sources if source.path.endswith(".md")}
    for path in sorted(paths):
        if path.startswith(GUIDE):
            yield path, TRANSLATED + path[len(GUIDE):]
        elif path.startswith(TRANSLATED) and path != "docs/ru/glossary.md":
            if GUIDE + path[len(TRANSLATED):] not in paths:
                yield GUIDE + path[len(TRANSLATED):], path
    yield from [("README.md", "README.ru.md")] if "README.ru.md" in paths else []


def translations(tree):
    by_path = {source.path: source for source in tree.sources}
    for original, translation in pairs(tree):
        if original not in by_path or translation not in by_path:
            there, gone = sorted((original, translation), key=lambda path: path not in by_path)
            yield there, 1, f"write {gone}"
            continue
        # Pictures, ```text, are drawn anew: their words are translated.
        wanted, found = ([(language, len(lines) if language == "text" else lines, number)
                          for number, language, lines in blocks(by_path[path])]
                         for path in (original, translation))
        for before, after in zip(wanted, found):
            if before[:2] != after[:2]:
                yield translation, after[2], f"this block differs from {original}:{before[2]}"
                break   # those after it may only have moved
        else:
            if len(wanted) != len(found):
                yield translation, 1, f"{len(found)} blocks of code, {original} has {len(wanted)}"


def dead_links(tree):
    used = set()
    for source in tree.sources:
        if not source.path.endswith(".md"):
            continue
        for number, target in links(source):
            if target in ALLOWED and target not in tree.everything:
                used.add(target)
            elif target not in tree.everything:
                yield source.path, number, f"there is no {target}"
    for target in sorted(set(ALLOWED) - used):
        if "packages.txt" in tree.paths:   # the whole tree, not a sample
            yield "tests/tidy/docs_rules.py", 1, f"ALLOWED excuses {target} for nothing"


RULES = {
    "quoted-program": quoted_programs,
    "translation": translations,
    "dead-link": dead_links,
}
