"""``python -m conformance``, with ``tests`` on the path: run the W3C's tests and write ``docs/conformance.md``."""

from conformance.page import main

main()
