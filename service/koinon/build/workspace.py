"""Where a release is written: a folder beside the releases, under the lock, that is gone whatever happens."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import clear_frames

from koinon.build.changelog.recording import record_changes
from koinon.build.sealing import is_sealed
from koinon.build.verifying import verify_release
from koinon.model.errors import ConfigurationError, KoinonError, StorageError
from koinon.model.refusals import Refusal, file_of, refuses_room
from koinon.release.current import Release, open_release
from koinon.release.lock import build_lock
from koinon.release.paths import BUILDING, Home
from koinon.release.publishing import recover


@contextmanager
def workspace(home: Home, *, wait: bool) -> Iterator[Path]:
    """Give an empty folder to write a release in; what is still in it at the end is removed.

    Raises BuildLockedError (another build is at work and ``wait`` is false), StorageError (the disk is full or
    cannot be written) and ConfigurationError (something outside of the home cannot be read).
    """
    with _storage(home), build_lock(home, wait=wait):
        recover(home)
        work = Path(tempfile.mkdtemp(prefix=BUILDING, dir=home.releases))
        work.chmod(0o755)  # a service may run under another account than the build
        try:
            yield work
        except (OSError, KoinonError) as error:
            if isinstance(error, OSError) and (file := file_of(error)):
                error.filename = str(file)  # which the frames tell as long as they are there
            clear_frames(error.__traceback__)  # a store left open in them would go on writing into ``work``
            raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
        _record(home)


def _record(home: Home) -> None:
    """Record what the release changed, where there is a new one; it is published whether or not that succeeds."""
    try:
        record_changes(home)
    except OSError as error:
        raise StorageError(
            f"The release is published, but what it changed cannot be recorded in {home.changes} ({error}). Free "
            "some space, or mend the folder, then build again: the next build records it."
        ) from error


@contextmanager
def _storage(home: Home) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        about = (file_of(error) or home.root).absolute()
        if not about.is_relative_to(home.root) and not refuses_room(error):
            why = error.strerror or error
            raise ConfigurationError(f"{about} cannot be read ({why}). Mend that, then build again.") from error
        refusal = Refusal.of(error, home.root)
        raise StorageError(
            f"{refusal.what}. The current release is untouched, and nothing half-written is left. {refusal.mend}, "
            "then try again."
        ) from error


def whole_release(home: Home, identifier: str | None) -> Release | None:
    """Return the release of this id where there is one and nothing is wrong with it."""
    if identifier is None or not home.release(identifier).is_dir():
        return None
    try:
        release = open_release(home, identifier)
    except KoinonError:
        return None
    return release if is_sealed(release.path) or not verify_release(release) else None
