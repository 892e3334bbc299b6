"""What became of one query: told to those who count, log and limit."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """The end of one query, answered or not.

    ``door`` is where it came in (``sparql``, ``catalogue`` or ``probe``); ``form`` the kind of query (``select``,
    ``ask``, ``graph``, or empty where it was not known); ``result`` is ``ok``, ``cached``, ``not-modified``,
    ``gone`` (the client left) or the name of the problem. ``seconds`` is the time from request to whole answer,
    ``work`` what a worker spent on it; ``size`` the bytes of the answer. ``text`` is the query and ``client`` the
    address that it is counted under.
    """

    door: str
    form: str
    result: str
    seconds: float
    work: float
    size: int
    text: str
    client: str
    release: str

    @property
    def failed(self) -> bool:
        """Tell whether the query was refused or failed."""
        return is_failure(self.result)


def is_failure(result: str) -> bool:
    """Tell whether the ``result`` of an outcome is a refusal or failure."""
    return result not in ("ok", "cached", "not-modified", "gone")
