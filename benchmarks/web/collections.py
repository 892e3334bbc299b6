"""How long pages of collections take, with facets and counts: eight clients who never ask for the same page twice.

Command: ``KOINON_HOME=… .venv/bin/python benchmarks/web/collections.py [REQUESTS] [CLIENTS]`` (800, 8), on the
current release of the home. Addresses are drawn from the facets themselves (seed 7): up to three values, every
order, languages, pages further on, as page, JSON-LD and table. It prints the wait by form (median, 95th
percentile, slowest), and how much CPU the service took for each.
"""

import os
import random
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import httpx
import psutil

from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.release.facets import SECTIONS

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests"))
from serving import serving

FORMS = ("html", "html", "jsonld", "csv")
SEED = 7


def addresses(client: httpx.Client, count: int) -> list[tuple[str, str]]:
    """Return ``count`` different addresses of pages, each with its form."""
    dice = random.Random(SEED)  # noqa: S311  drawn again each time
    known: dict[str, dict[str, list[str]]] = {}
    orders: dict[str, list[str]] = {}
    cursors: dict[str, list[str]] = {}
    for name in SECTIONS:
        first = client.get(f"/{name}.jsonld?size=200").raise_for_status().json()
        known[name] = {}
        for facet in first["facets"]:
            whole = client.get(f"/{name}.jsonld?size=1&more={facet['name']}").json()["facets"]
            values = next(each["values"] for each in whole if each["name"] == facet["name"])
            known[name][facet["name"]] = [value["value"] for value in values]
        refused = client.get(f"/{name}.jsonld?sort=none").json()["detail"]
        orders[name] = refused.removeprefix("sort takes ").split(", each")[0].split(", ")
        cursors[name] = [item["id"].split("/koinon/")[-1].removeprefix("id/") for item in first["items"]]
    found: dict[str, str] = {}
    while len(found) < count:
        name = dice.choice(("actors", "actors", "projects", "projects", *SECTIONS))
        asked = {
            facet: dice.choice(known[name][facet])
            for facet in dice.sample(sorted(known[name]), min(dice.randrange(4), len(known[name])))
        }
        asked["sort"] = dice.choice(("", "-")) + dice.choice(orders[name])
        asked["lang"] = dice.choice(INTERFACE_LANGUAGES)
        if dice.random() < 0.3 and asked["sort"].endswith("name"):
            asked["after"] = dice.choice(cursors[name])
        form = dice.choice(FORMS)
        found[f"/{name}.{form}?{urlencode(asked)}"] = form
    return list(found.items())


def main(requests: int, clients: int) -> None:
    """Measure and print."""
    home = Path(os.environ["KOINON_HOME"]).absolute()
    with serving(home) as service, httpx.Client(base_url=service.url, timeout=60, trust_env=False) as client:
        chosen = addresses(client, requests)
        process = next(p for p in psutil.process_iter() if _serves(p, home))
        waits: dict[str, list[float]] = defaultdict(list)

        def ask(pair: tuple[str, str]) -> None:
            begin = time.perf_counter()
            response = client.get(pair[0])
            waits[pair[1]].append(time.perf_counter() - begin)
            response.raise_for_status()

        before, begin = process.cpu_times(), time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(ask, chosen))
        seconds, after = time.perf_counter() - begin, process.cpu_times()
        cpu = after.user + after.system - before.user - before.system
    print(f"{requests} pages, {clients} clients: {requests / seconds:.0f}/s, {1000 * cpu / requests:.1f} ms CPU")
    for form, found in (*sorted(waits.items()), ("all", [wait for each in waits.values() for wait in each])):
        ordered = [1000 * wait for wait in sorted(found)]
        middle, most = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        print(f"{form:>7}: median {middle:.0f} ms, p95 {most:.0f} ms, slowest {ordered[-1]:.0f} ms")


def _serves(process: psutil.Process, home: Path) -> bool:
    try:
        line = process.cmdline()
    except psutil.Error:
        return False
    return str(home) in line and "serve" in line


if __name__ == "__main__":
    main(*(int(given) for given in (*sys.argv[1:], *("800", "8")[len(sys.argv) - 1 :])))
