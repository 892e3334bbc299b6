"""Keeping a release for good: what is cited has to be there when somebody follows the citation."""

from typing import Final

from koinon.model.errors import NotFoundError, StorageError
from koinon.release.current import release_folders, sync_folder
from koinon.release.paths import PIN, Home
from koinon.release.retention import disk_usage

SHARE: Final = 2
"""Kept releases may take one part in this many of the disk quota, so that there is always room for the next one."""


def pin(home: Home, identifier: str, quota: int) -> bool:
    """Keep a release for good; False where it is kept already.

    Raises NotFoundError where it is no longer there, and StorageError where all that are kept for good would take
    more than their share of the ``quota``, or the mark cannot be written.
    """
    folder = home.release(identifier)
    if not (folder / "manifest.json").is_file():
        raise NotFoundError(f"Release {identifier[:12]} is not kept any more. /releases lists those that are.")
    if (folder / PIN).exists():
        return False
    kept = [path for path in release_folders(home) if (path / PIN).exists()]
    if disk_usage(folder, *kept) > quota // SHARE:
        raise StorageError(
            f"There is no room to keep one more release for good: {len(kept)} are kept already. The operator can "
            "raise KOINON_DISK_QUOTA or let one go (koinon release unpin)."
        )
    try:
        (folder / PIN).touch()
        sync_folder(folder)
    except OSError as error:
        raise StorageError(
            f"Release {identifier[:12]} cannot be marked here ({error.strerror}). The operator can keep it: "
            f"koinon release cite {identifier[:12]}."
        ) from error
    return True


def unpin(home: Home, identifier: str) -> bool:
    """Let a release go with the others again; False where it was not kept for good."""
    mark = home.release(identifier) / PIN
    if not mark.exists():
        return False
    mark.unlink()
    sync_folder(mark.parent)
    return True
