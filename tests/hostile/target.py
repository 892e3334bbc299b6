"""What is attacked: ``koinon serve``, a process whose memory, work and sockets are watched from outside."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

import psutil

from hostile.case import IDLE_TIMEOUT, QUERY_TIMEOUT, REQUEST_TIMEOUT, SEND_TIMEOUT

START_SECONDS: Final = 60.0
SETTINGS: Final = {
    "KOINON_QUERY_TIMEOUT": str(QUERY_TIMEOUT),
    "KOINON_REQUEST_TIMEOUT": str(REQUEST_TIMEOUT),
    "KOINON_IDLE_TIMEOUT": str(IDLE_TIMEOUT),
    "KOINON_SEND_TIMEOUT": str(SEND_TIMEOUT),
    "KOINON_CLIENT_SECONDS": "0",
    "KOINON_CLIENT_REQUESTS": "0",
    "KOINON_CLIENT_ERRORS": "0",
    "KOINON_CLIENT_PENDING": "10000",
}
"""Short limits, and none per client: every attack comes from one address."""


class Target:
    """A running service. Its home is a folder of its own, so that what it writes is seen and goes away."""

    def __init__(self, home: Path, folder: Path, settings: dict[str, str]) -> None:
        """Start the service on the releases of ``home`` and wait until it listens; ``folder`` must be empty."""
        own = folder / "home"
        own.mkdir(parents=True)
        (own / "releases").symlink_to((home / "releases").resolve())
        self.home = own
        self._log = folder / "log"
        self._read = 0
        self.process = self._start(settings)
        self.front = psutil.Process(self.process.pid)
        self._seen: dict[int, psutil.Process] = {}

    def _start(self, settings: dict[str, str]) -> subprocess.Popen[str]:
        command = ["serve", "--host", "127.0.0.1", "--port", "0", "--home", str(self.home)]
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "koinon.cli", *command],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **settings},
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        if " at http://" not in line:
            process.kill()
            process.communicate()
            raise AssertionError(f"the service said {line!r} and {self._log.read_text('utf-8', 'replace')}")
        authority = line.split(" at http://")[1].split("/")[0]
        self.address = (authority.rpartition(":")[0], int(authority.rpartition(":")[2]))
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(self.address, 5).close()
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"the service did not come up: {self._log.read_text()}") from None
                time.sleep(0.1)
            else:
                return process

    @property
    def alive(self) -> bool:
        """Tell whether the process that serves still runs."""
        return self.process.poll() is None

    def end(self) -> list[str]:
        """End the service as its operator does; return what was wrong with its end."""
        family = self.family()
        found = []
        if self.alive:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        if code != 0:
            found.append(f"the service ended with {code}")
        _, left = psutil.wait_procs([process for process in family if process.pid != self.process.pid], 3)
        for orphan in left:
            found.append(f"process {' '.join(orphan.cmdline())[:120]} outlived the service")
            orphan.kill()
        return found

    def family(self) -> list[psutil.Process]:
        """Return the processes of the service, with the one that serves at the head."""
        try:
            return [self.front, *self.front.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def processor_seconds(self) -> dict[int, float]:
        """Return the processor time of each process of the service."""
        spent = {}
        for process in self.family():
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            spent[process.pid] = times.user + times.system
        return spent

    def memory(self) -> int:
        """Return the resident memory of the process that serves, in bytes."""
        return int(self.front.memory_info().rss) if self.alive else 0

    def forget_peak(self) -> None:
        """Let ``peak`` count from now on, where the system can do that."""
        try:
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        except OSError:
            return

    def peak(self) -> int:
        """Return the most memory that the process that serves held since ``forget_peak``, or holds now."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return self.memory()
        kilobytes = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), "0")
        return int(kilobytes) * 1024 or self.memory()

    def spooled(self) -> int:
        """Return the bytes of the files without a name that the front holds open: answers to be read."""
        folder, total = Path(f"/proc/{self.process.pid}/fd"), 0
        try:
            for file in folder.iterdir():
                with contextlib.suppress(OSError):
                    if str(file.readlink()).endswith("(deleted)"):
                        total += file.stat().st_size
        except OSError:
            return total
        return total

    def own_ports(self) -> set[int]:
        """Return the other ends of the connections that the process that serves still holds."""
        try:
            held = self.front.net_connections("tcp")
        except psutil.Error:
            return set()
        return {c.raddr.port for c in held if c.raddr and c.laddr.port == self.address[1]}

    def stray_sockets(self) -> set[str]:
        """Return every socket of the service to the network that nobody opened towards it."""
        found = set()
        for process in self.family():
            try:
                connections = process.net_connections("inet")
            except psutil.Error:
                continue
            for c in connections:
                if c.status == psutil.CONN_LISTEN or (c.laddr and c.laddr.port == self.address[1]):
                    continue
                if c.raddr and c.laddr and c.laddr.port in self._listening():
                    continue
                found.add(f"{c.type.name} {c.laddr} to {c.raddr or 'nowhere yet'}")
        return found

    def _listening(self) -> set[int]:
        return {c.laddr.port for c in self.front.net_connections("tcp") if c.status == psutil.CONN_LISTEN}

    def logged(self) -> str:
        """Return what the service wrote to its log since this was last asked."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            text = log.read()
            self._read = log.tell()
        return text.decode("utf-8", "replace")


class Canary:
    """A listener on every address of this machine that no request may ever make the service call."""

    def __init__(self) -> None:
        """Listen on a free port."""
        try:
            self._socket = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        except (OSError, ValueError):
            self._socket = socket.create_server(("", 0))
        self.port: int = self._socket.getsockname()[1]
        self.calls: list[str] = []
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            try:
                connection, peer = self._socket.accept()
            except OSError:
                return
            with connection:
                self.calls.append(f"a call from {peer[0]}")
                connection.settimeout(0.2)
                try:
                    self.calls[-1] += f" that says {connection.recv(100)!r}"
                    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    continue

    def end(self) -> None:
        """Stop listening."""
        self._socket.close()
