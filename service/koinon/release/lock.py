"""The lock that lets one build at a time into a home. It ends with the process that holds it, however that ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from koinon.model.errors import BuildLockedError
from koinon.release.paths import Home


@contextmanager
def build_lock(home: Home, *, wait: bool) -> Iterator[None]:
    """Hold the home's lock; raises BuildLockedError at once where another build holds it and ``wait`` is false."""
    home.root.mkdir(parents=True, exist_ok=True)
    with home.lock.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildLockedError(
                f"Another build is at work in {home.root}. Try again when it has ended, or wait for it with --wait."
            ) from error
        yield
