"""A worker process gives up what no query needs: the network, and its place before the pages.

The second lock behind ``guard``: a filter of system calls (seccomp, Linux) that the process can never lift again.
"""

import ctypes
import os
import platform
import struct
from errno import EACCES
from typing import Final

_SOCKET_CALL: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Machine to the kernel's number for its architecture and for its ``socket`` call (linux/audit.h, unistd.h)."""

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # linux/prctl.h, linux/seccomp.h
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | EACCES  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K
_LESS_IMPORTANT: Final = 5  # a third of the processor time of a process beside it


class _Program(ctypes.Structure):
    """``struct sock_fprog``: a filter of ``length`` instructions."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def give_way() -> None:
    """Let the process that serves pages run first."""
    os.nice(_LESS_IMPORTANT)


def refuse_network() -> bool:
    """Make every later ``socket`` call of this process and its threads fail; False where that is not possible.

    Sockets that are open stay usable. It has to be called before any thread starts.
    """
    numbers = _SOCKET_CALL.get(platform.machine())
    if platform.system() != "Linux" or numbers is None:
        return False
    architecture, call = numbers
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (_LOAD, 0, 0, 4),  # the architecture
            (_EQUAL, 0, 2, architecture),
            (_LOAD, 0, 0, 0),  # the number of the call
            (_EQUAL, 1, 0, call),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _REFUSE),
        )
    )
    control = ctypes.CDLL(None, use_errno=True).prctl
    control.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    held = _Program(len(program) // 8, program)
    if control(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(control(_SECCOMP, _FILTER, ctypes.addressof(held), 0, 0) == 0)
