"""Messages between the pool and a worker: a 4-byte length, a JSON head, and as many bytes as its ``body`` says."""

import json
import socket
import struct
import time
from typing import Any

_CHUNK = 1 << 20


def send(connection: socket.socket, head: dict[str, Any], body: bytes = b"") -> None:
    """Write one message and its body."""
    encoded = json.dumps(head | {"body": len(body)}).encode()
    connection.sendall(struct.pack(">I", len(encoded)) + encoded)
    connection.sendall(body)


def receive(connection: socket.socket, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """Read one message and its body, whole.

    ``deadline`` is a reading of ``time.monotonic()``. Raises TimeoutError when it passes, however slowly the bytes
    come, and EOFError when the other side has gone.
    """
    (length,) = struct.unpack(">I", _exactly(connection, 4, deadline))
    head: dict[str, Any] = json.loads(_exactly(connection, length, deadline))
    return head, _exactly(connection, head["body"], deadline)


def _exactly(connection: socket.socket, count: int, deadline: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        if deadline is not None:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            connection.settimeout(remaining)
        part = connection.recv(min(count - len(parts), _CHUNK))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
