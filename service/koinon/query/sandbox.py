"""A worker process gives up what no query needs: the network, other programs, and its place before the pages.

The second lock behind ``guard``: a filter of system calls (seccomp, Linux) that neither the process nor any that it
forks can ever lift again.
"""

import ctypes
import os
import platform
import signal
import struct
from contextlib import suppress
from errno import EACCES
from pathlib import Path
from typing import Any, Final

_CALLS: Final = {
    "x86_64": (0xC000003E, {"socket": 41, "execve": 59, "ptrace": 101, "execveat": 322, "io_uring_setup": 425}),
    "aarch64": (0xC00000B7, {"socket": 198, "execve": 221, "ptrace": 117, "execveat": 281, "io_uring_setup": 425}),
}
"""Machine to the kernel's number for its architecture and for the calls that are taken away.

(linux/audit.h, unistd.h; ``io_uring`` can open sockets by itself.)
"""

_OTHER_NUMBERS: Final = 0x40000000
"""From here on the numbers are those of x32, another way to the same calls."""

_SIGNAL_WITH_PARENT, _NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 1, 38, 22, 2  # linux/prctl.h, linux/seccomp.h
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | EACCES  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_RET|K
_LESS_IMPORTANT: Final = 5  # a third of the processor time of a process beside it
_SET_SCHEDULING: Final = {"x86_64": 314, "aarch64": 274}
"""Machine to the kernel's number for ``sched_setattr``."""
_SLICE: Final = 8_000_000
"""Nanoseconds of processor time that a worker has before another one gets its turn."""


class _Program(ctypes.Structure):
    """``struct sock_fprog``: a filter of ``length`` instructions."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def give_way() -> None:
    """Let the process that serves pages run first."""
    os.nice(_LESS_IMPORTANT)


def take_long_turns() -> None:
    """Let this thread, and those that it starts, run longer before another one of its importance gets its turn.

    Processes that often change places lose what the processor has at hand for each: queries that run eight at a
    time took a tenth more of its time. Kernels before Linux 6.12 choose the length themselves.
    """
    number = _SET_SCHEDULING.get(platform.machine())
    if platform.system() != "Linux" or number is None:
        return
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    # struct sched_attr (sched_setattr(2)): size, policy, flags, nice, priority, runtime, deadline, period
    wish = struct.pack("IIQiIQQQ", 48, os.SCHED_OTHER, 0, nice, 0, _SLICE, 0, 0)
    ctypes.CDLL(None).syscall(ctypes.c_long(number), 0, wish, 0)


def be_the_first_to_go() -> None:
    """Let the kernel end this process before others, where the machine runs out of memory (Linux)."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")


def end_with_parent(parent: int) -> None:
    """Let the kernel kill this process when its parent ends (Linux); where it has ended already, end at once."""
    if platform.system() == "Linux":
        _control()(_SIGNAL_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def refuse_network() -> bool:
    """Make every later ``socket`` and ``exec`` call of this process and its threads fail.

    False where that is not possible. Sockets that are open stay usable. It has to be called before any thread
    starts.
    """
    architecture, calls = _CALLS.get(platform.machine(), (0, {}))
    if platform.system() != "Linux" or not calls:
        return False
    program = b"".join(
        struct.pack("HBBI", *instruction) for instruction in _filter(architecture, [*calls.values()])
    )
    control = _control()
    held = _Program(len(program) // 8, program)
    if control(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(control(_SECCOMP, _FILTER, ctypes.addressof(held), 0, 0) == 0)


def _control() -> Any:
    """Return ``prctl`` of the C library."""
    control = ctypes.CDLL(None, use_errno=True).prctl
    control.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    return control


def _filter(architecture: int, calls: list[int]) -> list[tuple[int, int, int, int]]:
    """Return the instructions (code, jump if true, jump if false, operand) that refuse ``calls``."""
    count = len(calls)
    return [
        (_LOAD, 0, 0, 4),  # the architecture
        (_EQUAL, 0, count + 3, architecture),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AT_LEAST, count + 1, 0, _OTHER_NUMBERS),
        *((_EQUAL, count - place, 0, call) for place, call in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
