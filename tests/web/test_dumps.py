"""Files for download: every one that is listed is there, whole or in parts, for good; data frames read tables."""

import gzip
import hashlib
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pandas
import polars
import pytest
from pyoxigraph import RdfFormat, parse

from koinon.release.current import Release
from koinon.release.dumps import DumpFile, dump_files
from koinon.release.paths import Home
from serving import Service

FOR_GOOD = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def client(server: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def files(home: Path, release: Release) -> tuple[DumpFile, ...]:
    return dump_files(Home(home), release.id)


def test_every_file_that_is_listed_is_there_with_its_sum_and_type(
    client: httpx.Client, release: Release, files: tuple[DumpFile, ...]
) -> None:
    base = f"/data/dumps/{release.id}"
    listed = client.get(f"{base}/index.json").json()["files"]
    assert [entry["name"] for entry in listed] == [file.name for file in files]
    sums = dict(line.split("  ")[::-1] for line in client.get(f"{base}/SHA256SUMS").text.splitlines())
    assert sums.keys() == {file.name for file in files}
    for file in files:
        answer = client.get(f"{base}/{file.name}")
        assert hashlib.sha256(answer.content).hexdigest() == sums[file.name] == file.sha256
        expected = "application/gzip" if file.packed else file.media_type
        assert answer.headers["content-type"].split(";")[0] == expected
        assert "content-encoding" not in answer.headers
        assert answer.headers["cache-control"] == FOR_GOOD
        assert answer.headers["etag"] == f'"{file.sha256}"'


def test_a_file_is_sent_in_parts_and_only_when_it_changed(client: httpx.Client, release: Release) -> None:
    address = f"/data/dumps/{release.id}/dump.nq.gz"
    whole = client.get(address)
    tag = whole.headers["etag"]
    halves = [
        client.get(address, headers={"Range": f"bytes={part}", "If-Range": tag}) for part in ("0-9999", "10000-")
    ]
    assert [half.status_code for half in halves] == [206, 206]
    assert b"".join(half.content for half in halves) == whole.content
    assert gzip.decompress(whole.content).count(b"\n") == release.manifest.total
    same = client.get(address, headers={"If-None-Match": tag})
    assert (same.status_code, same.headers["cache-control"]) == (304, FOR_GOOD)
    assert client.get(address, headers={"Range": "bytes=999999999-"}).status_code == 416
    assert client.head(address).headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize(
    "name", ["dump.trig.gz", "sources/place.ttl.gz", "tables/Project.csv", "SHA256SUMS", "dump.nq"]
)
def test_latest_leads_to_the_release_that_is_served(client: httpx.Client, release: Release, name: str) -> None:
    answer = client.get(f"/data/dumps/latest/{name}")
    assert (answer.status_code, answer.headers["cache-control"]) == (307, "no-cache")
    assert answer.headers["location"] == f"/data/dumps/{release.id}/{name}"
    assert client.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "none",
        "tables/None.csv",
        "tables",
        "%2e%2e%2fmanifest.json",
        "%2e%2e/index.json",
        "sources/%2e%2e/index.json",
        ".lock",
    ],
)
def test_what_is_not_listed_is_not_there(client: httpx.Client, release: Release, name: str) -> None:
    for of in (release.id, "latest"):
        answer = client.get(f"/data/dumps/{of}/{name}")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/problem+json")


def test_the_beginning_of_an_id_is_asked_for_again(client: httpx.Client, release: Release) -> None:
    answer = client.get(f"/data/dumps/{release.id[:12]}/tables/Project.csv")
    assert answer.status_code == 200
    assert "must-revalidate" in answer.headers["cache-control"]
    assert 'rel="describedby"' in answer.headers["link"]


def test_pandas_and_polars_read_the_same_from_csv_and_parquet(
    client: httpx.Client, release: Release, files: tuple[DumpFile, ...]
) -> None:
    tables = {file.name: file.rows for file in files if file.name.endswith(".parquet")}
    assert len(tables) > 20
    for name, rows in tables.items():
        address = f"/data/dumps/{release.id}/{name}"
        parquet = client.get(address).content
        csv = client.get(address.replace(".parquet", ".csv")).content
        frame = polars.read_parquet(io.BytesIO(parquet))
        other = pandas.read_parquet(io.BytesIO(parquet))
        flat = pandas.read_csv(io.BytesIO(csv))
        assert len(frame) == len(other) == len(flat) == rows
        assert frame.columns == list(other.columns) == list(flat.columns)
        assert frame["id"].to_list() == list(other["id"]) == list(flat["id"])
        assert frame["id"].is_unique().all()


def test_a_table_can_be_asked_as_a_data_frame(client: httpx.Client, release: Release) -> None:
    content = client.get(f"/data/dumps/{release.id}/tables/Event.parquet").content
    events = polars.read_parquet(io.BytesIO(content))
    assert events.schema["startDate"] == polars.Date
    by_source = events.explode("sources").group_by("sources").len()
    assert by_source["len"].sum() >= len(events)


def test_curl_goes_on_where_a_download_broke_off(server: Service, release: Release, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    target = tmp_path / "dump.jsonld.gz"
    address = f"{server.url}/data/dumps/latest/dump.jsonld.gz"
    subprocess.run([curl, "-sSfL", "-r", "0-9999", "-o", target, address], check=True)
    assert target.stat().st_size == 10_000
    subprocess.run([curl, "-sSfL", "-C", "-", "-o", target, address], check=True)
    statements = list(parse(gzip.decompress(target.read_bytes()), format=RdfFormat.JSON_LD))
    assert len(statements) == release.manifest.total
