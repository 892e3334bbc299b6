"""Asking for new editions: ``python -m koinon.web.sources.scheduler``, with the settings of the node as JSON.

It asks, once, at the address of each accepted source that is due by its schedule, and accepts what its check finds
good; the builder does the rest. The service starts it (``building``), and the kernel ends it with the service. It
may be killed at any moment: what was accepted is on the disk, what was not is asked for the next day.
"""

import logging
import os
import sys
from typing import Final

from koinon.build.registry.harvest.again import harvest_again
from koinon.build.registry.registry import Registry
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError, StorageError
from koinon.model.settings import Settings
from koinon.query.sandbox import be_the_first_to_go, end_with_parent

BY: Final = "schedule"
"""Under which name the journal and the audit log have what it hands in."""
_LESS_IMPORTANT: Final = 10
_LOG: Final = logging.getLogger("koinon.scheduler")


def main(given: str, parent: str) -> int:
    """Ask for all that is due; returns the exit code."""
    end_with_parent(int(parent))
    os.nice(_LESS_IMPORTANT)
    be_the_first_to_go()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    settings = Settings.model_validate_json(given)
    try:
        registry = Registry(settings, Assets.locate(settings), BY)
        for turn in harvest_again(registry, accept=True, scheduled=True):
            _LOG.log(logging.WARNING if turn.problem else logging.INFO, "%s: %s", turn.slug, turn.line)
    except KoinonError as error:
        _LOG.warning("no new editions are asked for: %s", error)
        return error.exit_code
    except OSError as error:
        _LOG.warning("what was received could not be written down: %s", error)
        return StorageError.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
