"""Following an event stream: the root is asked for, then what is not yet known, and nothing twice."""

import hashlib
from collections import deque
from urllib.parse import urlsplit

from koinon.build.registry.harvest.asking import Asker, Page
from koinon.build.registry.harvest.nodes import ACCEPT, read_node
from koinon.build.registry.harvest.state import Known, Memory


def follow(asker: Asker, memory: Memory, root: str) -> None:
    """Bring ``memory`` to what the stream at ``root`` says now; raises SourceError.

    What was read before an error stays known: it is as good as it was. A page that never changes is asked for once;
    one of those that are known, in turn, is compared with what it was.
    """
    seen = {root}
    waiting = deque([root])
    asked: set[str] = set()
    while waiting:
        address = waiting.popleft()
        known = memory.known(address)
        if known is None or not known.lasting or address == root:
            asked.add(address)
            _read(asker, memory, address, known)
        for target in memory.links(address):
            if target not in seen:
                _check_near(asker, root, address, target)
                seen.add(target)
                waiting.append(target)
        if len(seen) > asker.allowance.requests:
            detail = f"it leads to more than {asker.allowance.requests} pages (KOINON_HARVEST_REQUESTS)"
            raise asker.refused("requests", address, detail)
    _compare(asker, memory, asked)


def _read(asker: Asker, memory: Memory, address: str, known: Known | None) -> None:
    page = asker.page(address, ACCEPT, known.etag if known else None)
    if page is None:
        memory.looked_at(address)
        return
    node = read_node(asker.slug, address, page.media_type, page.content)
    memory.take(Known(address, page.etag, page.lasting, _hash(page)), node)


def _compare(asker: Asker, memory: Memory, asked: set[str]) -> None:
    known = memory.longest_ago(asked)
    if known is None:
        return
    page = asker.page(known.address, ACCEPT, known.etag)
    if page is not None and _hash(page) != known.sha256:
        detail = (
            "the page said that it never changes, and is another now. Nothing is taken from this stream until it "
            f"is read anew: `koinon source update {asker.slug} --anew`"
        )
        raise asker.refused("changed-page", known.address, detail)
    memory.looked_at(known.address)


def _check_near(asker: Asker, root: str, address: str, target: str) -> None:
    here, there = urlsplit(root), urlsplit(target)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        detail = f"it leads to {target}, another host; a stream is followed on its own host alone"
        raise asker.refused("redirect", address, detail)


def _hash(page: Page) -> str:
    return hashlib.sha256(page.content).hexdigest()
