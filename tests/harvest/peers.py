"""Peers that misbehave: small servers on this machine that answer each path as they are told, byte by byte."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[socket.socket, bytes], None]

THING = "https://w3id.org/koinon/id/organisation/peer-"
LASTING = "public, max-age=31536000, immutable"


@dataclass
class Peer:
    """``asked`` are the paths in order, ``heads`` the requests; ``otherwise`` answers what no path does."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    otherwise: Answer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def say(self, path: str, body: str | bytes, status: str = "200 OK", **headers: str) -> str:
        """Answer a path with this body, and with 304 where its ETag is the client's."""
        content = body.encode() if isinstance(body, str) else body
        told = {"Content-Type": "text/turtle", "Content-Length": str(len(content))}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        tag = told.get("ETag")

        def answer(line: socket.socket, head: bytes) -> None:
            if tag and f"if-none-match: {tag}".encode().lower() in head.lower():
                line.sendall(f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\nConnection: close\r\n\r\n".encode())
                return
            lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
            line.sendall(f"HTTP/1.1 {status}\r\n{lines}Connection: close\r\n\r\n".encode() + content)

        self.answers[path] = answer
        return self.url + path

    def lasting(self, path: str, body: str) -> str:
        return self.say(path, body, Cache_Control=LASTING, ETag=f'"{hash(body):x}"')


@contextmanager
def peering() -> Iterator[Peer]:
    peer = Peer()
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer.port = server.getsockname()[1]
        server.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    line, _ = server.accept()
                except TimeoutError:
                    continue
                with line, suppress(OSError):
                    line.settimeout(5)
                    head = _request(line)
                    path = head.split(b" ")[1].decode()
                    peer.asked.append(path)
                    peer.heads.append(head)
                    (peer.answers.get(path) or peer.otherwise or _nothing)(line, head)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield peer
        finally:
            over.set()
            thread.join()


def _request(line: socket.socket) -> bytes:
    """Return a request with its whole body, which may come in pieces of its own."""
    asked = line.recv(65536)
    while b"\r\n\r\n" not in asked and (more := line.recv(65536)):
        asked += more
    head, _, body = asked.partition(b"\r\n\r\n")
    told = re.search(rb"content-length: *(\d+)", head.lower())
    while len(body) < (int(told[1]) if told else 0) and (more := line.recv(65536)):
        body += more
        asked += more
    return asked


def _nothing(line: socket.socket, _: bytes) -> None:
    line.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def node(*links: str, members: str = "") -> str:
    """A node of an event stream."""
    relations = "".join(f"<> tree:relation [ a tree:Relation ; tree:node <{link}> ] .\n" for link in links)
    return f"""@prefix tree: <https://w3id.org/tree#> . @prefix ldes: <https://w3id.org/ldes#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix as: <https://www.w3.org/ns/activitystreams#> .
@prefix org: <http://www.w3.org/ns/org#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix actor: <https://w3id.org/koinon/code/actor-type/> .
</s> a ldes:EventStream ; ldes:timestampPath dct:modified ; ldes:versionOfPath dct:isVersionOf ; tree:view <> .
{relations}{members}"""


def member(number: int, name: str, label: str, when: str = "2026-01-01T00:00:00Z") -> str:
    """A version of an organisation of the peer's."""
    return (
        f"</s> tree:member </v/{number}> . </v/{number}> dct:isVersionOf <{THING}{name}> ; "
        f'dct:modified "{when}"^^<http://www.w3.org/2001/XMLSchema#dateTime> ; foaf:topic <{THING}{name}> .\n'
        f'<{THING}{name}> a org:Organization ; skos:prefLabel "{label}"@en ; '
        "org:classification actor:association .\n"
    )


def gone(number: int, name: str, when: str) -> str:
    """A tombstone."""
    return (
        f"</s> tree:member </v/{number}> . </v/{number}> a as:Delete ; dct:isVersionOf <{THING}{name}> ; "
        f'dct:modified "{when}"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n'
    )
