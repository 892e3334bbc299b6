"""What the benchmarks measure on: the current release of KOINON_HOME, built when there is none."""

from koinon.build.pipeline import build
from koinon.model.assets import Assets
from koinon.model.errors import NoReleaseError
from koinon.model.settings import Settings
from koinon.release.current import Release, open_current
from koinon.release.paths import Home


def current_release(settings: Settings, assets: Assets) -> Release:
    """Return the current release, after a build where there is none."""
    home = Home(settings.home)
    try:
        return open_current(home)
    except NoReleaseError:
        build(settings, assets, [assets.data])
        return open_current(home)
