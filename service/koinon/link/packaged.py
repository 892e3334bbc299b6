"""Files of learnt facts that the package carries."""

import gzip
import json
import zlib
from importlib.resources import files
from typing import Any

from koinon.model.errors import ConfigurationError


def packaged(folder: str, name: str) -> dict[str, Any]:
    """Return the JSON object in a file of a folder of this package.

    Raises ConfigurationError where it is missing or damaged, as after a copy that was cut short.
    """
    path = files("koinon.link") / folder / name
    try:
        content = path.read_bytes()
        document = json.loads(gzip.decompress(content) if name.endswith(".gz") else content)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise damaged(folder, name) from error
    if not isinstance(document, dict):
        raise damaged(folder, name)
    return document


def damaged(folder: str, name: str) -> ConfigurationError:
    """Return the error of a file that cannot be used."""
    path = files("koinon.link") / folder / name
    return ConfigurationError(f"{path}, which koinon links by, is missing or damaged. Install koinon anew.")
