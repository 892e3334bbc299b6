"""Thousands of requests made from the service's own description, by schemathesis (``make schemas``).

``python tests/schema_requests.py [REQUESTS] [SEED]`` (5000, 7), on the current release of KOINON_HOME: for each
operation it sends what the description allows and what it doesn't. Any 5xx, any status, media type, header or body
that the description doesn't know ends it with an error, and the request with which to see it again.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from serving import serving

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
HOOKS = str(Path(__file__).resolve().parent)
"""Where schemathesis, which runs in another folder, finds how to make bodies."""
UNBOUNDED = {f"KOINON_CLIENT_{name}": "0" for name in ("SECONDS", "REQUESTS", "ERRORS")}
"""One client asks all, so its share is not limited."""


def main(requests: int, seed: int) -> int:
    """Send the requests and return the exit code of schemathesis."""
    home = Path(os.environ.get("KOINON_HOME", "var")).absolute()
    sent, round_ = 0, 0
    with serving(home, **UNBOUNDED) as service:
        operations = sum(map(len, httpx.get(f"{service.url}/openapi.json", timeout=60).json()["paths"].values()))
        while sent < requests:
            phases = "examples,coverage,fuzzing" if round_ == 0 else "fuzzing"
            most = max((requests - sent) // operations, 1)
            done = run(service.url, phases, most, seed + round_)
            sys.stdout.write(done.stdout)
            sent += sum(map(int, re.findall(r"(\d+) generated", done.stdout)))
            if done.returncode:
                return done.returncode
            round_ += 1
    sys.stdout.write(f"{sent} requests to {operations} operations: no 5xx, nothing undescribed (seed {seed})\n")
    return 0


def run(url: str, phases: str, most: int, seed: int) -> subprocess.CompletedProcess[str]:
    """Run schemathesis in an empty folder, where it may keep what it likes."""
    script = Path(sys.executable).parent / "schemathesis"
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            [
                str(script), "run", f"{url}/openapi.json", "--phases", phases, "--checks", ",".join(CHECKS),
                "--max-examples", str(most), "--seed", str(seed), "--no-color", "--suppress-health-check", "all",
                "--request-timeout", "60",
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": HOOKS, "SCHEMATHESIS_HOOKS": "schema_bodies"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(*(int(given) for given in (*sys.argv[1:], *("5000", "7")[len(sys.argv) - 1 :]))))
