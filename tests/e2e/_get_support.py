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

from _peer import Peer, end_unsecured, shake_hands

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


def serves(content, etag='"e"'):
    """The script of a good server that has one file."""
    fields = {"ETag": etag} if etag else {}
    return lambda peer, number: peer.send_rest(content, **fields)


class Server:
    """Calls `script(peer, number)` for each request, on a thread for each connection.

    With `tls`, an ssl.SSLContext, it speaks https.
    """

    def __init__(self, script, tls=None):
        self.script = script
        self.tls = tls
        self.requests = []    # (target, fields)
        self.handshakes = []  # of tls: whether a session was resumed, or the error
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"

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

    def secure(self, connection):
        secured, result = shake_hands(self.tls, connection)
        with self.lock:
            self.handshakes.append(result)
        if result in (True, False):
            return secured
        end_unsecured(secured)
        return None

    def serve(self, connection):
        if self.tls:
            connection = self.secure(connection)
            if not connection:
                return
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

    def start(self, *arguments, command="get", **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, "cwd": self.place} | options
        process = subprocess.Popen([BINARY, command, *arguments], **options)
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

    def scripted(self, script, tls=None):
        server = Server(script, tls)
        self.addCleanup(server.__exit__)
        return server.__enter__()

    def check_file(self, name, content):
        self.assertTrue(read(self.path(name)) == content, f"{name} has other content")
