"""Canonical labels for blank nodes (RDFC-1.0), with a bound where they could take for ever.

The algorithm is exponential for blank nodes that are alike and linked to each other: nine that all point at each
other take a minute, twelve take days. Such input runs in a process of its own, which is ended when it has used its
processor time: the same file gets the same answer on a machine that is busy with other things.
"""

import math
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, Triple, parse

from koinon.build.graphs import as_text

_BLOCK: Final = 2**16
_WAIT: Final = 12
"""Seconds of waiting for each second of processor time, after which a process that gets none is given up."""


def canonical(triples: set[Triple], seconds: float) -> set[Triple]:
    """Return ``triples`` with canonical blank node labels.

    Raises TimeoutError after ``seconds`` of processor time, or many times that on the clock; also where the process
    ends before, as one does that may have no more memory; OSError where there can be no other process.
    """
    if not any(isinstance(t.subject, BlankNode) and isinstance(t.object, BlankNode) for t in triples):
        return label(triples)
    command = [sys.executable, "-m", __name__, str(seconds)]
    try:
        done = subprocess.run(
            command, input=as_text(triples), capture_output=True, timeout=seconds * _WAIT, check=True
        )
        text = done.stdout
    except subprocess.TimeoutExpired as error:
        raise _late(seconds) from error
    except subprocess.CalledProcessError as error:
        raise _ended(error.returncode, seconds) from error
    except PermissionError:  # a check that may start no program, and has no store open that a fork could harm
        text = _forked(triples, seconds)
    return {quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)}


def label(triples: Iterable[Triple]) -> set[Triple]:
    """Return ``triples`` with canonical blank node labels, however long it takes: for files that are ours."""
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {quad.triple for quad in dataset}


def _forked(triples: set[Triple], seconds: float) -> bytes:
    """Return what a fork of this process makes of ``triples``; it ends when its time is used, whoever waits."""
    ours, theirs = os.pipe()
    process = os.fork()
    if process == 0:
        code = 1
        try:
            _bound(seconds)
            with os.fdopen(theirs, "wb") as answer:
                answer.write(as_text(label(triples)))
            code = 0
        finally:
            os._exit(code)
    os.close(theirs)
    text = None
    try:
        text = _read(ours, seconds * _WAIT)
    finally:
        os.close(ours)
        if text is None:  # else it has said all and ends by itself: killed, it would have failed
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
    ended = os.waitstatus_to_exitcode(status)
    if text is None:
        raise _late(seconds)
    if ended:
        raise _ended(ended, seconds)  # it was no answer, or half of one
    return text


def _read(pipe: int, seconds: float) -> bytes | None:
    """Return all that comes through a pipe; None where that takes too long."""
    end = time.monotonic() + seconds
    blocks: list[bytes] = []
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    while poll.poll(max(0, math.ceil(1000 * (end - time.monotonic())))):
        block = os.read(pipe, _BLOCK)
        if not block:
            return b"".join(blocks)
        blocks.append(block)
    return None


def _bound(seconds: float) -> None:
    """End this process after ``seconds`` of processor time, or many times that on the clock."""
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * _WAIT)


def _ended(code: int, seconds: float) -> TimeoutError:
    if code in {-signal.SIGPROF, -signal.SIGALRM}:
        return _late(seconds)
    return TimeoutError(f"what makes canonical labels ended with {code}, as it does where memory is used up")


def _late(seconds: float) -> TimeoutError:
    return TimeoutError(f"no canonical labels after {seconds:g} seconds of processor time")


if __name__ == "__main__":
    _bound(float(sys.argv[1]))
    sys.stdout.buffer.write(
        as_text(label(quad.triple for quad in parse(sys.stdin.buffer.read(), RdfFormat.N_TRIPLES)))
    )
