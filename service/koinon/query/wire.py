"""Messages between the pool and a worker, over a socket pair.

A message is the lengths of its head and of its inline body, the head in JSON, and the body. A body that is too
large for that travels as an open file beside the message (SCM_RIGHTS).
"""

import json
import socket
import struct
from typing import Any, Final

_LENGTHS: Final = struct.Struct(">II")
_NUMBER: Final = struct.Struct("i")
_BESIDE: Final = socket.CMSG_SPACE(_NUMBER.size)
_PIECE: Final = 1 << 17


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    """Return the bytes of a message."""
    encoded = json.dumps(head).encode()
    return b"".join((_LENGTHS.pack(len(encoded), len(body)), encoded, body))


class Inbox:
    """Collects what comes over a socket until a message is whole. One message is under way at a time."""

    def __init__(self, connection: socket.socket) -> None:
        """Read from ``connection``, blocking or not, as it is set."""
        self._connection = connection
        self._space = memoryview(bytearray(_PIECE))
        self._buffer = bytearray()
        self._files: list[int] = []

    def read(self) -> tuple[dict[str, Any], bytes, int | None] | None:
        """Read what there is; returns head, body and the number of an open file or None, once all is there.

        Raises EOFError when the other side has gone, and BlockingIOError where a socket that does not block has
        nothing.
        """
        length, beside, _, _ = self._connection.recvmsg_into([self._space], _BESIDE)
        for level, kind, numbers in beside:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                self._files.append(_NUMBER.unpack_from(numbers)[0])
        if not length:
            raise EOFError
        if not self._buffer:
            # Most messages come whole.
            found = self._unpack(self._space, length)
            if found is not None:
                return found
        self._buffer += self._space[:length]
        found = self._unpack(self._buffer, len(self._buffer))
        if found is not None:
            self._buffer.clear()
        return found

    def _unpack(self, data: memoryview | bytearray, length: int) -> tuple[dict[str, Any], bytes, int | None] | None:
        if length < _LENGTHS.size:
            return None
        head_length, body_length = _LENGTHS.unpack_from(data)
        start = _LENGTHS.size + head_length
        if length < start + body_length:
            return None
        head: dict[str, Any] = json.loads(bytes(data[_LENGTHS.size : start]))
        body = bytes(data[start : start + body_length])
        return head, body, self._files.pop() if self._files else None

    def wait(self) -> tuple[dict[str, Any], bytes, int | None]:
        """Wait for a whole message on a socket that blocks."""
        while True:
            found = self.read()
            if found is not None:
                return found


def send(connection: socket.socket, head: dict[str, Any], body: bytes = b"", file: int | None = None) -> None:
    """Send a message, with an open file beside it, over a socket that blocks."""
    message = memoryview(pack(head, body))
    sent = socket.send_fds(connection, [message], [file]) if file is not None else 0
    connection.sendall(message[sent:])
