# SPDX-License-Identifier: MIT
"""The hostile server: it commits one fault of the catalogue until it is healed, then it is good."""

import os
import socket
import ssl
import struct
import tempfile
import threading
import warnings

import _peer
from _certificates import Authority, server_context
from _peer import answer, end_unsecured, shake_hands

TAG = '"e"'
DATE = "Sat, 01 Jan 2022 00:00:00 GMT"


class Peer(_peer.Peer):
    """One connection with a client, as a fault sees it."""

    def __init__(self, connection, server):
        super().__init__(connection)
        self.server = server
        self.content = server.content
        self.number = 0      # of the request, counted over all connections while the fault lasts

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def cut(self):
        """Ends the connection without the farewell of TLS."""
        socket.socket(fileno=self.connection.detach()).close()

    def be_good(self, tag=TAG):
        self.send_rest(self.content, ETag=tag, Last_Modified=DATE)


class Listener:
    """Accepts connections, and calls `serve(connection)` on a thread for each."""

    def __init__(self, serve, port=0, backlog=256):
        self.serve = serve
        self.socket = socket.create_server(("127.0.0.1", port), backlog=backlog)
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.converse, args=(connection,), daemon=True).start()

    def converse(self, connection):
        try:
            self.serve(connection)
        except (OSError, ValueError):
            pass   # the client went away
        finally:
            connection.close()

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        if self.thread.is_alive():
            self.thread.join(10)
        self.socket.close()


class Certificates:
    """What the faults of https need, made once."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="troika-hostile-")
        authority = Authority(self.folder.name)
        stranger = Authority(self.folder.name, "stranger")
        self.authority = authority.file
        self.pairs = {"good": authority.sign("good"),
                      "old": authority.sign("expired", expired=True),
                      "elsewhere": authority.sign("elsewhere", "DNS:elsewhere.test"),
                      "stranger": stranger.sign("theirs"),
                      "self-signed": (stranger.file, os.path.join(self.folder.name,
                                                                  "stranger.key"))}

    def context(self, name):
        """The side of the server: a certificate by its name, or `tls1.1`."""
        context = server_context(*self.pairs.get(name, self.pairs["good"]))
        if name == "tls1.1":
            context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)   # we know
                context.minimum_version = ssl.TLSVersion.TLSv1_1
                context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context

    def close(self):
        self.folder.cleanup()


class HostileServer:
    """Commits `fault` on one origin; a second one, `elsewhere`, is good and writes down requests.

    Made, it listens. With `fault` None it is good from the start.
    """

    def __init__(self, fault, content, certificates=None, port=0):
        self.fault, self.content = fault, content
        self.requests = []    # (target, fields) of this origin
        self.strangers = []   # of the other one
        self.lock = threading.Lock()
        self.healed = threading.Event()
        if fault is None:
            self.healed.set()
        secure = bool(fault and fault.certificate)
        self.certificates = certificates if secure else None
        self.deaf = bool(fault and fault.deaf)
        self.listener = Listener(self.serve, port, 0 if self.deaf else 256)
        self.second = Listener(self.serve_elsewhere)
        self.second.thread.start()
        self.scheme = "https" if secure else "http"
        self.elsewhere = f"http://127.0.0.1:{self.second.port}"
        self.crowd = []
        if self.deaf:
            self.fill_the_queue()
        else:
            self.listener.thread.start()

    @property
    def origin(self):
        return f"{self.scheme}://127.0.0.1:{self.listener.port}"

    def fill_the_queue(self):
        """Nobody accepts: once the queue is full, the kernel answers no one."""
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", self.listener.port))
            self.crowd.append(one)

    def heal(self):
        """Ends the fault. When it returns, the server is good to whoever asks."""
        self.healed.set()
        if not self.deaf:
            return
        for one in self.crowd:
            one.close()
        self.listener.socket.setblocking(False)
        try:
            while True:
                self.listener.socket.accept()[0].close()
        except BlockingIOError:
            pass
        self.listener.socket.setblocking(True)
        self.listener.thread.start()

    def close(self):
        self.listener.close()
        self.second.close()

    def serve(self, connection):
        fault = None if self.healed.is_set() else self.fault
        if fault and fault.raw:
            fault.raw(Peer(connection, self))
            return
        if self.certificates:
            name = fault.certificate if fault else "good"
            context = self.certificates.context(name)
            connection, result = shake_hands(context, connection)
            if result not in (True, False):
                end_unsecured(connection)
                return
        with connection:
            peer = Peer(connection, self)
            while peer.take_request():
                with self.lock:
                    peer.number = len(self.requests)
                    self.requests.append((peer.target, peer.fields))
                if self.healed.is_set():
                    peer.be_good()
                elif self.fault.strike(peer) != "go on":
                    return

    def serve_elsewhere(self, connection):
        peer = Peer(connection, self)
        while peer.take_request():
            self.strangers.append((peer.target, peer.fields))
            if peer.target == "/missing":
                peer.send(answer(status="404 No"))
            else:
                peer.be_good()
