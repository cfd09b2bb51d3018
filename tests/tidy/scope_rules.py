# SPDX-License-Identifier: MIT
"""Rules about state that outlives a call: mutable globals, static locals, thread_local. They read
the text, not the language: good enough to catch a slip, not to stop a rogue."""
import re

import text_rules

# Mutable state that is allowed after all: path -> reason. Entries that excuse nothing are problems.
ALLOWED = {
    "src/os/first_signal.cpp": "the answer to a signal belongs to the process",
}

# What opens the scope of a brace, judged by the text before it.
NAMESPACE = re.compile(r"\bnamespace\b[\w\s:\[\]]*$|\bextern\s*$")
TYPE = re.compile(r"\b(class|struct|union|enum)\b[^;()={}]*(\([^()]*\)[^;()={}]*)*$")
DECLARATION = re.compile(
    r"^(using|typedef|template|class|struct|union|enum|friend|static_assert|namespace|concept"
    r"|requires|public|private|protected|return|goto|case|extern)\b")
CONSTANT = re.compile(r"\bconstexpr\b|^(static\s+|inline\s+|alignas\([^)]*\)\s*)*const\s+[^*&]*$"
                      r"|\bconst\s*\w[\w:]*\s*(\[[^\]]*\]\s*)*$")


def statements(code):
    """Gives (line, scope, text) for each declaration and statement that ends with a semicolon.
    `scope` is "namespace", "class" or "function"."""
    scopes = ["namespace"]
    begin = 0       # where the current statement began
    depth = 0       # of parentheses
    body_head = []  # for each brace: the statement that it belongs to
    position = 0
    while position < len(code):
        character = code[position]
        if character == "#" and not code[code.rfind("\n", 0, position) + 1:position].strip():
            while True:   # a directive, with its continued lines
                end = code.find("\n", position)
                if end < 0:
                    return
                position = end
                if code[end - 1] != "\\":
                    break
                position = end + 1
            begin = position + 1
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "{":
            head = code[begin:position]
            if depth == 0 and NAMESPACE.search(head):
                scopes.append("namespace")
                body_head.append(None)
            elif depth == 0 and TYPE.search(head):
                scopes.append("class")
                body_head.append(None)
            else:
                # A function's body, a lambda, or an initialiser; the statement may go on after it.
                scopes.append("function")
                body_head.append((begin, depth))
            depth = 0
            begin = position + 1
        elif character == "}":
            if len(scopes) > 1:
                scopes.pop()
                head = body_head.pop()
                begin = position + 1
                depth = 0
                if head is not None:
                    depth = head[1]
                    text = code[head[0]:].lstrip()
                    rest = code[position + 1:].lstrip()
                    if rest[:1] in (";", ",", ")", "(", "."):
                        begin = head[0]   # an initialiser: the declaration ends later
                    elif not text:
                        begin = position + 1
        elif character == ";" and depth == 0:
            text = code[begin:position]
            stripped = re.sub(r"^(\s|(public|private|protected)\s*:)*", "", text)
            if stripped:
                line = code.count("\n", 0, position - len(text) + text.find(stripped[:20])) + 1
                yield line, scopes[-1], stripped
            begin = position + 1
        elif character == ":" and depth == 0 and re.fullmatch(
                r"\s*(public|private|protected)\s*", code[begin:position]):
            begin = position + 1
        position += 1


def declared(text):
    """The declaration without its initialiser and attributes, on one line."""
    text = re.sub(r"\[\[.*?\]\]", " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.split(r"(?<![=!<>])=(?!=)|\{", text)[0]).strip()


def is_mutable(scope, text):
    head = declared(text)
    if re.search(r"\bthread_local\b", head):
        return False   # has a rule of its own
    if scope == "function":
        if not re.match(r"static\b", head):
            return False
    elif DECLARATION.match(head) or "operator" in head:
        return False
    elif scope == "class" and not re.match(r"(inline\s+)?static\b", head):
        return False
    without_arguments = re.sub(r"<[^<>]*(<[^<>]*(<[^<>]*>)?[^<>]*>)?[^<>]*>", "", head)
    if scope != "function" and "(" in re.sub(r"alignas\([^)]*\)", "", without_arguments):
        return False   # a function
    if CONSTANT.search(without_arguments):
        return False
    variable = r"\w[\w:>*&]*\s+[*&]*\s*\w+(\[[^\]]*\])*(\(.*\))?$"
    return re.search(variable, without_arguments) is not None


def mutable_globals(tree):
    found = []
    for source in tree.sources:
        if not source.is_cpp or not source.under(*text_rules.LIBRARY):
            continue
        for line, scope, text in statements(source.code):
            if is_mutable(scope, text):
                found.append((source.path, line, f"`{declared(text)[:60]}` is mutable and outlives "
                              "its users; make it a member of somebody, or constexpr"))
    used = set()
    for path, line, advice in found:
        if path in ALLOWED:
            used.add(path)
        else:
            yield path, line, advice
    for path in sorted(set(ALLOWED) - used):
        if "packages.txt" in tree.paths:   # the whole tree, not a sample
            yield "tests/tidy/scope_rules.py", 1, f"ALLOWED excuses {path} for nothing"


def one_thread_local(tree):
    users = [(source.path, number)
             for source, number, line in text_rules.code_lines(tree, *text_rules.LIBRARY, "apps")
             if re.search(r"\bthread_local\b", line) and not re.match(r"\s*extern\b", line)]
    for path, number in users:
        if path != users[0][0]:
            yield path, number, f"the one thread_local is in {users[0][0]}; add a field to it"


RULES = {
    "mutable-global": mutable_globals,
    "one-thread-local": one_thread_local,
}
