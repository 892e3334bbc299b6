"""What the system refuses, in words: a full disk, too many open files, a place that cannot be read or written."""

import errno
import io
import os
import traceback
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
        """Tell what ``error`` means for all that is kept under ``place``, or for the file that it speaks of."""
        text, file = words_of(error), file_of(error)
        if refuses_files(error):
            return cls(f"Too few files may be open at a time ({text})", "Raise the limit (`ulimit -n 1024`)")
        elsewhere = file is not None and not file.absolute().is_relative_to(place.absolute())
        if refuses_room(error):
            if file is not None and elsewhere:
                return cls(f"The disk under {file.parent} is full ({text})", "Free some space there")
            mend = "Free some space, or set KOINON_HOME to another place"
            return cls(f"The disk under {place} is full ({text})", mend)
        if file is not None and elsewhere:
            return cls(f"{file} cannot be read or written ({text})", "Mend that, or put it back from a copy")
        mend = "Mend that, or set KOINON_HOME to another place"
        return cls(f"The disk under {place} cannot be read or written ({text})", mend)


def refuses_files(error: OSError) -> bool:
    """Tell whether the system refuses to open one more file; nothing is wrong with the disk then."""
    return error.errno in _FILES or any(words in str(error) for words in _FILES_WORDS)


def mend_of(error: OSError) -> str:
    """Return what to do about an error, as the beginning of a sentence."""
    if refuses_files(error):
        return "Raise the limit (`ulimit -n 1024`)"
    return "Free some space there" if refuses_room(error) else "Mend that"


def refuses_room(error: OSError) -> bool:
    """Tell whether a disk or a quota has no room left."""
    return error.errno in _FULL or any(words in str(error) for words in _FULL_WORDS)


def words_of(error: OSError) -> str:
    """Return what an error says, with the file that it is about, also where the error leaves that out."""
    file = file_of(error)
    return f"{error}: '{file}'" if file is not None and str(file) not in str(error) else str(error)


def file_of(error: OSError) -> Path | None:
    """Return the file that an error is about, None where nobody can tell.

    An error of opening names its file; one of reading and writing does not. It is then about the file that is open
    in the innermost function that has one open.
    """
    if isinstance(error.filename, str | bytes | Path):
        return Path(os.fsdecode(error.filename))
    found = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for value in frame.f_locals.values():
            if isinstance(value, io.IOBase):
                name = getattr(value, "name", None)
                found = Path(name) if isinstance(name, str) and Path(name).is_absolute() else None
    return found
