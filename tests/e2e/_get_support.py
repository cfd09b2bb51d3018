# SPDX-License-Identifier: MIT
"""What the tests of `troika get` share: the command, its files, servers that follow a script."""

import hashlib
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

BINARY = os.path.abspath(sys.argv[1])
TIME_MAX = 60   # seconds, for what would otherwise hang


def bytes_of(seed, size):
    return random.Random(seed).randbytes(size)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def answer(body=b"", status="200 OK", length=None, **fields):
    """An HTTP response; keywords become fields, `_` in them `-`."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body) if length is None else length}\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return head.encode() + b"\r\n" + body


class Peer:
    """One connection, as the script of a server sees it."""

    def __init__(self, connection):
        self.connection = connection
        self.target = None
        self.fields = {}

    def take_request(self):
        """Returns: whether there was one."""
        head = b""
        while b"\r\n\r\n" not in head:
            more = self.connection.recv(65536)
            if not more:
                return False
            head += more
        first, *lines = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        self.target = first.split(" ")[1]
        self.fields = {name.lower(): value.strip()
                       for name, _, value in (line.partition(":") for line in lines)}
        return True

    def send(self, data):
        self.connection.sendall(data)

    def wait_until_gone(self):
        while self.connection.recv(65536):
            pass

    def send_rest(self, content, **fields):
        """What a good server answers: the part that was asked for, or all."""
        asked = self.fields.get("range")
        if asked and self.fields.get("if-range") == fields.get("ETag"):
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send(answer(status="416 No", Content_Range=f"bytes */{len(content)}"))
                return
            self.send(answer(content[start:], "206 Part", **fields,
                             Content_Range=f"bytes {start}-{len(content) - 1}/{len(content)}"))
        else:
            self.send(answer(content, **fields))


class Server:
    """Calls `script(peer, number)` for each request, on a thread for each connection."""

    def __init__(self, script):
        self.script = script
        self.requests = []   # (target, fields)
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(TIME_MAX)
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        peer = Peer(connection)
        with connection:
            try:
                while peer.take_request():
                    with self.lock:
                        number = len(self.requests)
                        self.requests.append((peer.target, peer.fields))
                    if self.script(peer, number) == "close":
                        return
            except OSError:
                pass   # the client went away


class TestCase(unittest.TestCase):
    """Each test has an empty directory of its own."""

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="troika-get-")
        self.addCleanup(place.cleanup)
        self.place = place.name

    def path(self, name):
        return os.path.join(self.place, name)

    def names(self):
        return sorted(os.listdir(self.place))

    def start(self, *arguments, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, "cwd": self.place} | options
        process = subprocess.Popen([BINARY, "get", *arguments], **options)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()

    def get(self, *arguments, exit_code=0, stdin=b"", **options):
        """Runs `troika get`. Returns: its standard error."""
        process = self.start(*arguments, stdin=subprocess.PIPE, **options)
        self.output, error = process.communicate(stdin, timeout=TIME_MAX)
        self.assertEqual(process.returncode, exit_code, error.decode(errors="replace"))
        return error.decode(errors="backslashreplace")

    def scripted(self, script):
        server = Server(script)
        self.addCleanup(server.__exit__)
        return server.__enter__()

    def check_file(self, name, content):
        self.assertTrue(read(self.path(name)) == content, f"{name} has other content")
