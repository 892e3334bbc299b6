"""The process that builds: ``python -m koinon.web.sources.builder``, with the settings of the node as JSON.

It builds as soon as something was accepted or withdrawn, several in one, and ends after a minute without work. The
service starts it (``building``), and the kernel ends it with the service. A build may be killed at any moment.
"""

import logging
import signal
import sys

from koinon.build.following import follow
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError, StorageError
from koinon.model.settings import Settings
from koinon.query.sandbox import be_the_first_to_go, end_with_parent


def main(given: str, parent: str) -> int:
    """Build until there is nothing to do; returns the exit code."""
    end_with_parent(int(parent))
    be_the_first_to_go()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    settings = Settings.model_validate_json(given)
    try:
        follow(settings, Assets.locate(settings), lambda: False)
    except KoinonError as error:
        logging.getLogger("koinon.builder").warning("the builder cannot work: %s", error)
        return error.exit_code
    except OSError as error:  # what it did could not be written down
        logging.getLogger("koinon.builder").warning("the builder cannot work: %s", error)
        return StorageError.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
