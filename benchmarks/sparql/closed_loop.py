"""Closed-loop clients over plain sockets: each keeps one connection, and asks the next question of a common list.

They read answers without parsing them, which keeps the client's share of the two cores small; it is measured too.
"""

import re
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from mix import Question
from peers import Peer

CLIENTS = 8
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_BUFFER = 256 * 1024
_TIMEOUT = 120.0


class FailedError(RuntimeError):
    """A server gave no complete 200: what was measured would mean nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a list of questions: seconds in all, per question, and CPU seconds of client and server."""

    seconds: float
    latencies: tuple[float, ...]
    client_cpu: float
    server_cpu: float

    @property
    def throughput(self) -> float:
        """Return answers per second."""
        return len(self.latencies) / self.seconds


def exchange(connection: socket.socket, request: bytes, buffer: bytearray) -> int:
    """Send a request and read the whole answer; returns the bytes read. Raises FailedError for all but 200."""
    connection.sendall(request)
    head = b""
    while (end := head.find(b"\r\n\r\n")) < 0:
        got = connection.recv(_BUFFER)
        if not got:
            raise FailedError(f"the connection ended after {head[:200]!r}")
        head += got
    if head[9:12] != b"200":
        raise FailedError(f"not 200: {head[:1000].decode(errors='replace')}")
    size = len(head)
    if length := _LENGTH.search(head, 0, end + 2):
        left = int(length[1]) - (size - end - 4)
        while left > 0:
            count = connection.recv_into(buffer)
            if not count:
                raise FailedError("the answer was cut")
            left -= count
            size += count
        return size
    # Neither JSON nor N-Triples contain a bare CR LF, so the last chunk cannot be in the middle of an answer.
    tail = head[-len(_LAST_CHUNK) :]
    while tail != _LAST_CHUNK:
        count = connection.recv_into(buffer)
        if not count:
            raise FailedError("the answer was cut")
        size += count
        tail = (tail + bytes(buffer[max(0, count - len(_LAST_CHUNK)) : count]))[-len(_LAST_CHUNK) :]
    return size


def run(peer: Peer, questions: Sequence[Question], clients: int = CLIENTS) -> Run:
    """Ask all questions once, by ``clients`` at once; raises FailedError where one is not answered in full."""
    requests = [
        f"GET {peer.target(q)} HTTP/1.1\r\nHost: 127.0.0.1:{peer.port}\r\nAccept: {q.accept}\r\n\r\n".encode()
        for q in questions
    ]
    latencies = [0.0] * len(requests)
    failures: list[str] = []
    order = iter(range(len(requests)))
    lock = threading.Lock()

    def client() -> None:
        buffer = bytearray(_BUFFER)
        with socket.create_connection(("127.0.0.1", peer.port), _TIMEOUT) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not failures:
                with lock:
                    position = next(order, None)
                if position is None:
                    return
                started = time.perf_counter()
                try:
                    exchange(connection, requests[position], buffer)
                except (FailedError, OSError) as error:
                    failures.append(f"{peer.name}, {questions[position].name}: {error}")
                    return
                latencies[position] = time.perf_counter() - started

    threads = [threading.Thread(target=client) for _ in range(clients)]
    server, own, started = peer.cpu(), time.process_time(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if failures:
        raise FailedError(failures[0])
    return Run(seconds, tuple(latencies), time.process_time() - own, peer.cpu() - server)
