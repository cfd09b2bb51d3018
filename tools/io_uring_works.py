# SPDX-License-Identifier: MIT
"""Exit code 0 when this machine lets a process set up io_uring, 1 when it refuses."""
import ctypes
import os
import sys

SYS_IO_URING_SETUP = 425   # the same on every architecture
libc = ctypes.CDLL(None, use_errno=True)
parameters = (ctypes.c_char * 120)()
descriptor = libc.syscall(SYS_IO_URING_SETUP, 1, parameters)
if descriptor < 0:
    print("io_uring_setup:", os.strerror(ctypes.get_errno()), file=sys.stderr)
    sys.exit(1)
os.close(descriptor)
