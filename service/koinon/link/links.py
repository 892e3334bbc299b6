"""Links as the linker makes them; the class stands with the reader of releases, which lies below this layer."""

from koinon.release.links import (
    ACCEPTED,
    DISPUTED,
    PROPOSED,
    REJECTED,
    STATES,
    Link,
    Reason,
    Run,
    Said,
    link_id,
)

__all__ = (
    "ACCEPTED",
    "DISPUTED",
    "PROPOSED",
    "REJECTED",
    "STATES",
    "Link",
    "Reason",
    "Run",
    "Said",
    "link_id",
)
