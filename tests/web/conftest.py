"""A client of the service on the release of the repository's own data."""

from collections.abc import Iterator

import httpx
import pytest

from serving import Service


@pytest.fixture(scope="session")
def client(server: Service) -> Iterator[httpx.Client]:
    """A client that follows no redirects and takes no proxy from the environment."""
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        yield client
