"""What is cited reopens as it was, also after many later releases."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from typer.testing import CliRunner

from building import World, make_world
from koinon.cli.app import app
from koinon.model.errors import StorageError
from koinon.release.current import release_folders
from koinon.release.paths import PIN
from koinon.release.pinning import pin
from small_release import service_on


def say(world: World, name: str) -> str:
    graph = world.sources / "neighbour" / "graph.ttl"
    kept = [line for line in graph.read_text().splitlines() if not line.endswith("# said")]
    line = f'<project/patient> skos:altLabel "{name}"@en . # said'
    graph.write_text("\n".join([*kept, line]) + "\n")
    return world.build(keep_releases=2).release


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("cited"))
    say(world, "cited")
    return world


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    world = make_world(tmp_path_factory.mktemp("one"))
    say(world, "cited & {braces} _ $5 %")
    with service_on(world.home) as client:
        yield client


def test_a_cited_thing_and_answer_reopen_the_same_after_ten_later_releases(world: World) -> None:
    subjects = ("/doc/project/patient", "/graph/neighbour", "/queries/project-participants?project=project/patient")
    before = {}
    with service_on(world.home) as client:
        for subject in subjects:
            address = client.get("/cite.json", params={"of": subject, "keep": "1"}).json()[0]["URL"]
            answer = client.get(address)
            assert answer.status_code == 200, answer.text
            before[address] = client.get(address, headers={"Accept": "text/turtle, text/csv"}).content
    cited = world.current.id
    for number in range(10):
        say(world, f"later {number}")
    assert cited in {path.name for path in release_folders(world.home)}
    assert len(release_folders(world.home)) <= 4
    with service_on(world.home) as client:
        for address, content in before.items():
            path = address[address.index("/releases/") :]
            again = client.get(path, headers={"Accept": "text/turtle, text/csv"}).content
            ports = re.compile(rb"127\.0\.0\.1:\d+")
            assert ports.sub(b"", again) == ports.sub(b"", content)
        assert b"cited" in client.get(f"/releases/{cited}/doc/project/patient.ttl").content


def test_a_release_that_nobody_asked_to_keep_goes(world: World) -> None:
    first = world.current.id
    with service_on(world.home) as client:
        assert client.get("/cite.txt", params={"of": "/doc/project/patient"}).status_code == 200
    for number in range(4):
        say(world, f"later {number}")
    assert first not in {path.name for path in release_folders(world.home)}


def test_the_command_keeps_a_release_and_lets_it_go(world: World) -> None:
    first = world.current.id
    run = CliRunner()
    home = ["--home", str(world.home.root)]
    assert "is kept for good now" in run.invoke(app, ["release", "cite", first[:12], *home]).output
    assert "was kept for good already" in run.invoke(app, ["release", "cite", first[:12], *home]).output
    for number in range(3):
        say(world, f"later {number}")
    assert first in {path.name for path in release_folders(world.home)}
    assert "goes with the others again" in run.invoke(app, ["release", "unpin", first[:12], *home]).output
    say(world, "last")
    assert first not in {path.name for path in release_folders(world.home)}


def test_what_is_kept_for_good_never_fills_the_disk(world: World) -> None:
    with pytest.raises(StorageError, match="KOINON_DISK_QUOTA"):
        pin(world.home, world.current.id, 1000)
    with service_on(world.home, disk_quota=100_000) as client:
        assert client.get("/cite.txt", params={"keep": "1"}).status_code == 503


def test_only_who_fetches_a_citation_keeps_the_release(world: World) -> None:
    with service_on(world.home) as client:
        assert client.head("/cite?keep=1").status_code == 200
        assert not (world.home.release(world.current.id) / PIN).exists()
        assert client.get("/cite?keep=1").status_code == 200
        assert (world.home.release(world.current.id) / PIN).exists()


def test_a_citation_in_every_form(client: httpx.Client) -> None:
    of = {"of": "/doc/project/patient"}
    item = client.get("/cite.json", params=of).json()[0]
    assert item["type"] == "entry"
    assert item["title"]
    assert item["URL"].endswith(f"/releases/{item['version']}/doc/project/patient")
    text = client.get("/cite.txt", params=of).text
    assert item["title"] in text
    assert item["URL"] in text
    bibtex = client.get("/cite.bib", params=of).text
    assert bibtex.startswith("@misc{koinon-doc-project-patient-")
    assert bibtex.count("{") == bibtex.count("}")
    page = client.get("/cite", params=of).text
    assert "Keep this release" in page
    assert "Sources to credit as well" in page
    answer = client.get("/cite", params=of, headers={"Accept": "application/vnd.citationstyles.csl+json"})
    assert json.loads(answer.content) == client.get("/cite.json", params=of).json()


def test_a_whole_release_is_cited_too(client: httpx.Client) -> None:
    item = client.get("/cite.json").json()[0]
    assert item["type"] == "dataset"
    assert client.get(item["URL"]).status_code == 200


def test_pages_lead_to_their_citation(client: httpx.Client) -> None:
    for path in (
        "/doc/project/patient",
        "/graph/neighbour",
        "/queries/project-participants?project=project/patient",
    ):
        page = client.get(path).text
        found = re.search(r'href="(/cite\?[^"]*)"', page)
        assert found, path
        answer = client.get(found[1].replace("&amp;", "&"))
        assert answer.status_code == 200, answer.text


def test_a_page_leads_to_its_citation_whatever_the_reader_before_added_to_the_address(client: httpx.Client) -> None:
    for address in ("/doc/project/patient?campaign=evil&lang=fr", "/doc/project/patient?lang=fr"):
        page = client.get(address, headers={"Accept": "text/html"}).text
        assert re.search(r'href="/cite\?of=%2Fdoc%2Fproject%2Fpatient&amp;', page)
        assert "evil" not in page


@pytest.mark.parametrize(
    "of",
    [
        "doc/project/patient",
        "//evil.example/x",
        "https://evil.example/",
        "/doc/project/../x",
        "/check",
        "/doc/a",
        "/x" * 3000,
    ],
)
def test_what_is_no_page_of_ours_cannot_be_cited(client: httpx.Client, of: str) -> None:
    answer = client.get(f"/cite.txt?of={quote(of)}")
    assert answer.status_code in {400, 404}, answer.text
    assert "evil" not in answer.json()["detail"]


def test_what_is_unknown_cannot_be_cited(client: httpx.Client) -> None:
    for of in (
        "/doc/project/nothing",
        "/queries/nothing",
        "/graph/nothing",
        "/queries/project-participants?nonsense=1",
    ):
        assert client.get("/cite.txt", params={"of": of}).status_code in {400, 404}, of
    assert client.get("/cite.txt", params={"release": "ffffffffffff"}).status_code == 404
    assert client.get("/cite.pdf").status_code == 404


def test_a_cited_answer_keeps_its_question_when_the_catalogue_changes(world: World) -> None:
    say(world, "later")
    cited = next(path for path in release_folders(world.home) if path.name != world.current.id)
    question = cited / "queries" / "project-participants.rq"
    assert question.is_file()
    question.write_text(question.read_text().replace("\nSELECT", "\n# as it was\nSELECT", 1))
    with service_on(world.home) as client:
        path = "/queries/project-participants?project=project/patient"
        assert "# as it was" in client.get(f"/releases/{cited.name}{path}").text
        assert "# as it was" not in client.get(path).text
