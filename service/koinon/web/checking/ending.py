"""How the process of a check ended that gave no answer, and whose doing that was."""

import json
import os
import resource
import signal
import sys
from dataclasses import asdict, dataclass
from typing import Final, Self

_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes in which the kernel counts the memory of a process."""
_CRASHES: Final = frozenset({"SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGSYS", "SIGTRAP"})
_SMALL: Final = 0.5
"""Up to this share of its limits a check is none that costs too much."""
_STARVED: Final = 0.1
"""Who got less than this share of its processor time until its deadline waited for a busy machine."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An end without an answer.

    ``signal`` is the name of the signal that ended the process, or empty; ``code`` its exit code; ``memory`` the
    most that it held, in bytes, and ``seconds`` the processor time that it took; ``detail`` is what else is known,
    where there was no process, or it was lost from sight.
    """

    signal: str = ""
    code: int | None = None
    seconds: float = 0.0
    memory: int = 0
    detail: str = ""

    @classmethod
    def of(cls, status: int, used: resource.struct_rusage) -> Self:
        """Read what the kernel tells of a process that has ended."""
        code = os.waitstatus_to_exitcode(status)
        name = _name(-code) if code < 0 else ""
        return cls(name, None if name else code, used.ru_utime + used.ru_stime, used.ru_maxrss * _UNIT)

    def as_json(self) -> bytes:
        """Return the ending as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_json(cls, line: bytes) -> Self:
        """Read the line of an ending; raises ValueError where it is none."""
        return cls(**json.loads(line))

    def __str__(self) -> str:
        """Say it for a log."""
        how = self.signal or (f"exit code {self.code}" if self.code is not None else self.detail)
        return f"{how}, after {self.seconds:.2f} s of processor time, with {self.memory / 2**20:.0f} MiB at most"

    def is_accident(self, seconds: float, memory: int) -> bool:
        """Tell whether the check may fare better in a fresh process; ``seconds`` and ``memory`` are its limits."""
        if self.signal in {"SIGXCPU", "SIGALRM"}:
            return False
        return self.seconds < seconds * _SMALL and self.memory < memory * _SMALL

    def is_costly(self, seconds: float, memory: int) -> bool:
        """Tell whether what was checked is too much, rather than that the service was not able to check it.

        A crash counts as that once it came again: a process that gets no more memory, or no more stack, crashes.
        """
        if self.signal == "SIGXCPU" or self.signal in _CRASHES:
            return True
        if self.signal == "SIGALRM":
            return self.seconds >= seconds * _STARVED
        return self.seconds >= seconds * _SMALL or self.memory >= memory * _SMALL


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # signals of real time have no names
        return f"signal {number}"
