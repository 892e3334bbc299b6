"""``koinon serve``: the web service of one home, in one process, with its query workers."""

import contextlib
import errno
import gc
import signal
import socket
from pathlib import Path
from typing import Annotated

import typer

from koinon.model.errors import ConfigurationError
from koinon.model.settings import Settings
from koinon.query.forking import Begun, begin
from koinon.release.current import Release, open_current
from koinon.release.paths import Home


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (KOINON_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one (KOINON_PORT).")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder with the releases (KOINON_HOME).")] = None,
    log_level: Annotated[str, typer.Option(help="How much to log: error, warning, info or debug.")] = "warning",
) -> None:
    """Serve the current release until SIGINT or SIGTERM; follow ``current`` to newer releases."""
    settings = Settings.from_environment(host=host, port=port, home=home)
    release = open_current(Home(settings.home))
    listener = _listen(settings.host, settings.port)
    _serve(settings, release, listener, begin(release.store, settings), log_level)


def _serve(settings: Settings, release: Release, listener: socket.socket, begun: Begun, log_level: str) -> None:
    """Load and start the service, while the process of the query workers opens the store: half a second less."""
    gc.disable()  # what is loaded stays: to look through it for circles again and again took a tenth of the start
    try:
        from koinon.web import server
        from koinon.web.app import create_app
        from koinon.web.observing import Observer
        from koinon.web.sources.building import building

        app = create_app(settings, begun)
    finally:
        gc.enable()
    observer: Observer = app.state.observer
    observer.start()
    address = _address(settings.host, listener)
    typer.echo(f"Koinon serves release {release.id[:12]} at {address} (stop with Ctrl+C)")
    if observer.metrics_port is not None:
        typer.echo(f"Metrics are at http://127.0.0.1:{observer.metrics_port}/metrics")
    signal.signal(signal.SIGTERM, _end)
    with contextlib.suppress(KeyboardInterrupt), building(settings, observer):
        server.serve(app, listener, settings, log_level)


def _end(*_: object) -> None:
    """End with exit code 0: the server gives a signal back once it has closed everything."""
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    """Bind the address; raises ConfigurationError, with a next step, where that fails."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise ConfigurationError(
                f"Port {port} of {host} is in use. Choose another with --port, or 0 for a free one."
            ) from error
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise ConfigurationError(
            f"Cannot listen on {host}, port {port}: {why}. Give an address of this machine with --host, or a port "
            "that you may open (as a rule 1024 or above) with --port."
        ) from error
    return listener


def _address(host: str, listener: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}/"
