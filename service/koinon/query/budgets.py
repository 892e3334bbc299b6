"""What one client may ask for in a minute: seconds of work, queries, errors.

Each limit is a token bucket that holds one minute's worth. A bucket is kept as one number, the moment at which it
is full again (the "virtual scheduling" form of the generic cell rate algorithm, ITU-T I.371 Annex A), so that it
needs no refilling: spending moves that moment on, and a client is refused while it lies more than a minute ahead.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from koinon.model.errors import TooManyRequestsError
from koinon.model.settings import Settings

MAX_CLIENTS: Final = 10_000
"""Clients that are remembered at once."""

_MINUTE: Final = 60.0
_SEEN: Final = 8
"""Clients that are looked at to find one to forget."""
_ROUNDING: Final = 1e-6
_LONGEST_KEY: Final = 64

_SECONDS, _REQUESTS, _ERRORS = range(3)


class Budgets:
    """The accounts of all clients, for use by one thread."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the limits from the settings; ``clock`` gives seconds that never run back."""
        self._clock = clock
        self._limits = (settings.client_seconds, settings.client_requests, settings.client_errors)
        # What one second of work, one query and one error cost, in seconds until the bucket has it again.
        self._work, self._request, self._error = (_MINUTE / n if n else 0.0 for n in self._limits)
        self._accounts: OrderedDict[str, list[float]] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of clients that are remembered."""
        return len(self._accounts)

    def admit(self, client: str) -> None:
        """Count a query of this client; raises TooManyRequestsError where it has used up one of its shares.

        A refused query is neither counted nor to be charged: who waits as long as is said is let in.
        """
        now = self._clock()
        account = self._accounts.get(client)
        if account is None:
            account = self._open(client, now)
            if account is None:
                return
        latest = now + _MINUTE + _ROUNDING
        seconds, requests, errors = account
        if requests < now:
            requests = now
        if seconds > latest or requests + self._request > latest or errors + self._error > latest:
            raise self._refusal(account, now)
        account[_REQUESTS] = requests + self._request

    def charge(self, client: str, seconds: float, failed: bool) -> None:
        """Take ``seconds`` of work, and an error where the query ``failed``, from the client's share.

        A share can be overdrawn, since nobody knows a query's cost before; the client then waits until it is paid.
        """
        now = self._clock()
        account = self._accounts.get(client)
        if account is None:
            account = self._open(client, now)
            if account is None:
                return
        if seconds > 0:
            account[_SECONDS] = max(account[_SECONDS], now) + seconds * self._work
        if failed:
            account[_ERRORS] = max(account[_ERRORS], now) + self._error

    def _open(self, client: str, now: float) -> list[float] | None:
        """Open an account, in the place of an idle one where all are taken; None where every place is a debtor's.

        Then the client goes uncounted: refusing newcomers would let whoever owns that many addresses shut the
        service, and whoever does has as many shares anyway.
        """
        if len(self._accounts) >= MAX_CLIENTS and not self._forget_one(now):
            return None
        account = self._accounts[client] = [now, now, now]
        return account

    def _forget_one(self, now: float) -> bool:
        """Forget, of the next few clients in the round, the one whose buckets are full first; never a debtor."""
        accounts = self._accounts
        least, soonest = None, math.inf
        for _ in range(_SEEN):
            client = next(iter(accounts))
            account = accounts[client]
            full = max(account)
            if full <= now:
                del accounts[client]
                return True
            if full < soonest and max(self._waits(account, now)) <= 0:
                least, soonest = client, full
            accounts.move_to_end(client)
        if least is None:
            return False
        del accounts[least]
        return True

    def _waits(self, account: list[float], now: float) -> tuple[float, float, float]:
        """Return the seconds until each bucket lets a query in; at most 0 where it does now."""
        seconds, requests, errors = (max(moment, now) - now - _MINUTE for moment in account)
        return seconds, requests + self._request, errors + self._error

    def _refusal(self, account: list[float], now: float) -> TooManyRequestsError:
        waits = self._waits(account, now)
        longest = max(waits)
        limit = f"{self._limits[waits.index(longest)]:,.10g}"
        said = (
            f"One client may cause {limit} seconds of query work per minute",
            f"One client may send {limit} queries per minute",
            f"Of one client's queries {limit} may fail per minute",
        )[waits.index(longest)]
        wait = max(math.ceil(longest), 1)
        again = "1 second" if wait == 1 else f"{wait:,} seconds"
        return TooManyRequestsError(f"{said}, and yours are used up. Ask again in {again}.", longest)


def client_key(host: str) -> str:
    """Return what a client at this address is counted under.

    An IPv4 address is itself, also where it is written as an IPv6 one; an IPv6 address is its /64, since one
    subscriber has at least that many (RFC 6177). Anything else, such as the empty name of a local socket, is
    itself, cut to 64 characters.
    """
    return _key(host) if len(host) <= _LONGEST_KEY else host[:_LONGEST_KEY]


@lru_cache(maxsize=4096)
def _key(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"
