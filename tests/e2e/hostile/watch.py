# SPDX-License-Identifier: MIT
"""Runs `troika get` under watch: what it says, needs, writes, and where."""

import base64
import os
import re
import select
import stat
import subprocess
import tempfile

MEMORY_MAX_KIB = 64 << 10
OUTPUT_MAX = 64 << 10
SECRETS = ("s3cret-password", "s3cret-token", "s3cret-cookie",
           base64.b64encode(b"user:s3cret-password").decode().rstrip("="))
CREDENTIALS = ("-H", "Authorization: Bearer s3cret-token", "-b", "id=s3cret-cookie")
# Controls, but for line feeds, and what turns or hides text.
ESCAPES = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def with_login(url):
    return url.replace("://", "://user:s3cret-password@", 1)


def tree(place, without=()):
    """What is in `place`, links not followed: path, kind, mode, content, time."""
    found = {}
    for folder, folders, files in os.walk(place):
        folders[:] = [name for name in folders if os.path.join(folder, name) not in without]
        for name in folders + files:
            path = os.path.join(folder, name)
            if path in without:
                continue
            status = os.lstat(path)
            content = None
            if stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    content = file.read()
            elif stat.S_ISLNK(status.st_mode):
                content = os.readlink(path)
            when = status.st_mtime_ns if stat.S_ISREG(status.st_mode) else None
            found[path] = (status.st_mode, content, when)
    return found


class Place:
    """A directory of its own: in it `target` is the only place for files, `outside` is bait."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="troika-watch-")
        self.path = self.folder.name
        self.target = os.path.join(self.path, "target")
        for name in ("target", "outside", "home"):
            os.mkdir(os.path.join(self.path, name))
        for name in ("bait", "outside/bait", "up", "home/.bashrc"):
            with open(os.path.join(self.path, name), "wb") as file:
                file.write(b"bait")
        self.before = self.outside()

    def close(self):
        self.folder.cleanup()

    def outside(self):
        return tree(self.path, (self.target,))

    def inside(self):
        return tree(self.target)

    def names(self):
        return sorted(os.listdir(self.target))


class Run:
    """One run that has ended: exit code, what it said, how much memory it took at most."""

    def __init__(self, code, output, error, memory_kib):
        self.code, self.output, self.error, self.memory_kib = code, output, error, memory_kib


def run(binary, place, arguments, seconds, prefix=(), before=None, pass_time=False):
    """`troika get arguments` in `place`; one that takes longer than `seconds` fails the test."""
    environment = os.environ | {"HOME": os.path.join(place.path, "home"), "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as error:
        process = subprocess.Popen([*prefix, binary, "get", *arguments], cwd=place.path,
                                   env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=error, preexec_fn=before)
        descriptor = os.pidfd_open(process.pid)
        try:
            ended, _, _ = select.select([descriptor], [], [], seconds)
        finally:
            os.close(descriptor)
        if not ended:
            process.kill()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for stream in (output, error):
            stream.seek(0)
            texts.append(stream.read(OUTPUT_MAX + 1).decode(errors="backslashreplace"))
    if not ended and not pass_time:
        raise AssertionError(f"not done after {seconds} s; it said {texts}")
    return Run(process.returncode, *texts, usage.ru_maxrss)


def memory_max_kib(binary):
    """More for a binary that a sanitizer has changed: its shadow is counted, too."""
    with open(binary, "rb") as file:
        content = file.read()
    changed = any(mark in content for mark in (b"__asan_init", b"__tsan_init", b"__msan_init"))
    return MEMORY_MAX_KIB * (20 if changed else 1)
