"""What can go wrong, as a tree.

ClientError
├── UnreachableError    nobody answered, or the answer broke off
└── Problem             the node answered with a problem (RFC 9457)
"""


class ClientError(Exception):
    """Anything that this client raises."""


class UnreachableError(ClientError):
    """Nobody answered at the address, or what came is no answer of a Koinon node."""


class Problem(ClientError):
    """The node refused: the ``status``, the ``type`` (an address that explains it), and the ``detail``."""

    def __init__(self, status: int, title: str, detail: str, type: str = "about:blank") -> None:
        """Keep what the node said."""
        super().__init__(f"{title} ({status}): {detail}" if detail else f"{title} ({status})")
        self.status = status
        self.title = title
        self.detail = detail
        self.type = type
