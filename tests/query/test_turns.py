"""Workers change places less often than the kernel would have them."""

import ctypes
import platform
import re
import struct
import sys
from pathlib import Path

import pytest

from asking import Asker
from koinon.query.job import Answer, Job

_GET_ATTRIBUTES = {"x86_64": 315, "aarch64": 275}
"""Machine to the kernel's number for sched_getattr(2)."""


@pytest.mark.skipif(
    not sys.platform.startswith("linux")
    or tuple(map(int, re.findall(r"\d+", platform.release())[:2])) < (6, 12)
    or platform.machine() not in _GET_ATTRIBUTES,
    reason="only Linux lets a process choose how long its turns are, from 6.12 on",
)
def test_workers_that_answer_queries_take_long_turns(ask: Asker) -> None:
    assert isinstance(ask.all(ask.pool.run(Job("ASK {}")))[0], Answer)
    turns = set()
    for worker in ask.pool.processes:
        for thread in Path(f"/proc/{worker.process}/task").iterdir():
            attributes = ctypes.create_string_buffer(48)
            call = ctypes.c_long(_GET_ATTRIBUTES[platform.machine()])
            assert ctypes.CDLL(None).syscall(call, int(thread.name), attributes, 48, 0) == 0
            turns.add(struct.unpack("IIQiIQQQ", attributes.raw)[5])
    assert max(turns) == 8_000_000
