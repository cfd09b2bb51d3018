# SPDX-License-Identifier: MIT
"""A name server that says nothing, then the truth. Needs namespaces of its own for port 53:

unshare --user --map-root-user --mount --net python3 tests/e2e/hostile/names.py TROIKA
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from hostile.server import HostileServer   # noqa: E402
from hostile.watch import Place, run   # noqa: E402

CONTENT = b"content" * 10_000
SET_FLAGS, UP = 0x8914, 0x1


def answer_of(question):
    """127.0.0.1 for whom asks for an address, nothing for other questions."""
    end = question.index(b"\0", 12) + 5
    known = question[end - 4:end - 2] == b"\0\1"
    address = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1" if known else b""
    return (question[:2] + b"\x81\x80\0\1" + (b"\0\1" if known else b"\0\0") + b"\0\0\0\0"
            + question[12:end] + address)


def main():
    binary = sys.argv[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))
    with tempfile.NamedTemporaryFile("w") as settings:
        settings.write("nameserver 127.0.0.1\noptions timeout:10 attempts:1\n")
        settings.flush()
        subprocess.run(["mount", "--bind", settings.name, "/etc/resolv.conf"], check=True)
        names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        names.bind(("127.0.0.1", 53))
        asked, healed = threading.Event(), threading.Event()

        def serve():
            while True:
                question, who = names.recvfrom(512)
                asked.set()
                if healed.is_set():
                    names.sendto(answer_of(question), who)

        threading.Thread(target=serve, daemon=True).start()
        place, server = Place(), HostileServer(None, CONTENT)
        arguments = ["-d", "target", "--retries", "0", "--connect-timeout", "500ms",
                     f"http://file.hostile.test:{server.listener.port}/file"]
        stalled = run(binary, place, arguments, 8)   # less than the resolver itself would take
        assert asked.is_set(), "nobody asked for the name"
        assert stalled.code == 10 and "--connect-timeout" in stalled.error, stalled.error
        assert not place.inside() and place.outside() == place.before
        healed.set()
        done = run(binary, place, arguments, 8)
        assert done.code == 0, done.error
        with open(os.path.join(place.target, "file"), "rb") as file:
            assert file.read() == CONTENT
        place.close()


if __name__ == "__main__":
    main()
