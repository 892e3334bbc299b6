"""``python -m koinon.cli``: the same as ``koinon``."""

from koinon.cli.app import main

main()
