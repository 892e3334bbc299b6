"""What the system refuses, in words: a full disk, too many open files, a place that cannot be read or written."""

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FILES: Final = {errno.EMFILE, errno.ENFILE}
# The store tells in words alone what it was refused.
_FULL_WORDS: Final = ("No space left", "File too large", "Disk quota exceeded")
_FILES_WORDS: Final = ("Too many open files", "file descriptors")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was refused, as a sentence without its full stop, and what to do, as the beginning of another."""

    what: str
    mend: str

    @classmethod
    def of(cls, error: OSError, place: Path) -> "Refusal":
        """Tell what ``error`` means for all that is kept under ``place``."""
        text = str(error)
        if refuses_files(error):
            return cls(f"Too few files may be open at a time ({text})", "Raise the limit (`ulimit -n 1024`)")
        if error.errno in _FULL or any(words in text for words in _FULL_WORDS):
            mend = "Free some space, or set KOINON_HOME to another place"
            return cls(f"The disk under {place} is full ({text})", mend)
        mend = "Mend that, or set KOINON_HOME to another place"
        return cls(f"The disk under {place} cannot be read or written ({text})", mend)


def refuses_files(error: OSError) -> bool:
    """Tell whether the system refuses to open one more file; nothing is wrong with the disk then."""
    return error.errno in _FILES or any(words in str(error) for words in _FILES_WORDS)
