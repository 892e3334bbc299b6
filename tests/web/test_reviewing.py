"""Reviewers judge links in a form or in JSON, take back what they said, and decide on what others dispute."""

import re
import shutil
from collections.abc import Iterator

import httpx
import pytest

from html_check import check_html
from koinon.build.registry.disk import tokens
from koinon.build.registry.tokens import read_tokens, revoke_token
from koinon.model.errors import TooManyRequestsError
from koinon.release.disputes import Disputes, State, decide
from koinon.release.judgements import Judgements, Standing, file_of
from koinon.release.paths import Home
from koinon.web.links import disputes
from koinon.web.links.disputes import AN_HOUR, Sending
from made_links import iri, linked_release, made_link, reviewer
from small_release import service_on

FIRST = made_link("alpha", "beta")
SECOND = made_link("gamma", "delta")
OTHERS = made_link("delta", "epsilon")
DESK = "/links/review"
HTML = {"Accept": "text/html"}
IMPOSSIBLE = [
    {"act": "judge", "link": FIRST.id, "verdict": "perhaps"},
    {"act": "judge", "link": FIRST.id, "verdict": "undo"},
    {"act": "judge", "link": FIRST.id, "verdict": "same", "reason": "x" * 1001},
    {"act": "undo", "of": "-1"},
    {"act": "undo", "of": "1"},
    {"act": "decide", "of": "1", "state": "open?"},
    {"act": "decide", "of": "1", "state": "accepted"},
    {"act": "judge", "link": "0" * 12, "verdict": "same"},
    {"act": "burn"},
]
OF_NOTHING = [
    ({"link": FIRST.id, "text": " \u200b "}, 400),
    ({"link": FIRST.id, "text": "x" * 1001}, 400),
    ({"link": "0" * 12, "text": "wrong"}, 404),
    ({"text": "wrong"}, 404),
    ({"about": iri("nobody"), "statement": "<a:b> <c:d>", "text": "wrong"}, 404),
    ({"about": iri("alpha"), "statement": "<a:b> <c:d>", "text": "wrong"}, 404),
    ({"about": iri("alpha"), "statement": "<a:b> <c:d> . <e:f> <a:b> <c:d>", "text": "wrong"}, 400),
    ({"about": iri("alpha"), "statement": "nonsense", "text": "wrong"}, 400),
    ({"link": FIRST.id, "text": "buy", "homepage": "https://example.org"}, 400),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, str]]:
    home = linked_release(tmp_path_factory.mktemp("reviewed"))
    with service_on(home, client_requests=0, client_errors=0) as client:
        yield home, str(client.base_url)


@pytest.fixture
def kept(served: tuple[Home, str], monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return the home, of which nobody has judged or disputed anything yet."""
    home, _ = served
    monkeypatch.setattr(disputes, "_SENDING", Sending())
    shutil.rmtree(home.judgements, ignore_errors=True)
    tokens(home).unlink(missing_ok=True)
    return home


@pytest.fixture
def client(served: tuple[Home, str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served[1], timeout=60, trust_env=False) as client:
        yield client


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}", "Accept": "application/json"}


def standing(home: Home) -> Standing:
    return Judgements.read(home).standing(FIRST.subject, FIRST.object)


def visit(client: httpx.Client, secret: str) -> str:
    """Enter the desk by its form and return its page."""
    answer = client.post(DESK, data={"act": "enter", "token": secret}, headers=HTML)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/links/review"} <= {part.strip() for part in cookie.split(";")}
    assert secret not in cookie
    return client.get(DESK, headers=HTML).text


def fields(page: str, act: str) -> dict[str, str]:
    """Return the hidden fields of the first form of a page that does this."""
    form = next(part for part in page.split("<form")[1:] if f'name="act" value="{act}"' in part)
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form.split("</form>")[0]))


def waiting(page: str) -> int:
    """Return how many links the desk says are left."""
    return int(re.findall(r"(\d+) link(?:s wait| waits)", page)[0])


def test_a_reviewer_judges_and_undoes_in_a_browser_without_scripts(client: httpx.Client, kept: Home) -> None:
    page = visit(client, reviewer(kept, "desk"))
    check_html(page.replace("<script", "<!--").replace("</script>", "-->"))
    everything = waiting(page)
    assert f'value="{FIRST.id}"' in page, "the link of which a review tells most comes first"
    answer = client.post(
        DESK, data={**fields(page, "judge"), "verdict": "same", "reason": "one number"}, headers=HTML
    )
    assert answer.status_code == 303
    assert standing(kept) is Standing.SAME
    page = client.get(DESK, headers=HTML).text
    assert f'value="{SECOND.id}"' in page, "then the next"
    assert waiting(page) == everything - 1, "what a reviewer has judged waits no more for that one"
    assert client.post(DESK, data=fields(page, "undo"), headers=HTML).status_code == 303
    assert standing(kept) is Standing.OPEN
    assert waiting(client.get(DESK, headers=HTML).text) == everything
    assert [line.reviewer for line in Judgements.read(kept).lines] == ["desk", "desk"]


def test_programs_judge_with_a_token_and_two_make_it_certain(client: httpx.Client, kept: Home) -> None:
    for number, label in enumerate(("desk", "registry"), start=1):
        secret = reviewer(kept, label)
        found = client.get(DESK, headers=bearer(secret)).json()
        assert found["link"]["id"] == FIRST.id
        answer = client.post(
            DESK, json={"act": "judge", "link": FIRST.id, "verdict": "same"}, headers=bearer(secret)
        )
        assert answer.status_code == 200
        assert answer.json()["sequence"] == number
        assert client.get(DESK, headers=bearer(secret)).json()["link"]["id"] == SECOND.id
    assert standing(kept) is Standing.CONFIRMED


def test_what_others_said_is_shown_to_who_has_judged(client: httpx.Client, kept: Home) -> None:
    judge = {"act": "judge", "link": FIRST.id}
    first = bearer(reviewer(kept, "desk"))
    client.post(DESK, json={**judge, "verdict": "same", "reason": "seen in the register"}, headers=first)
    page = visit(client, reviewer(kept, "registry"))
    assert "seen in the register" not in page
    assert "Waiting for a second reviewer" in page
    client.post(DESK, data={**fields(page, "judge"), "verdict": "different"}, headers=HTML)
    assert standing(kept) is Standing.CONTRADICTED
    assert "seen in the register" in client.get(f"{DESK}?link={FIRST.id}", headers=HTML).text


def test_what_cannot_be_is_refused_and_changes_nothing(client: httpx.Client, kept: Home) -> None:
    headers = bearer(reviewer(kept, "desk"))
    for wrong in IMPOSSIBLE:
        answer = client.post(DESK, json=wrong, headers=headers)
        assert answer.status_code in (400, 404), wrong
        assert answer.json()["detail"]
    assert not file_of(kept).exists()


def test_nobody_judges_without_a_token_that_may(client: httpx.Client, kept: Home) -> None:
    judge = {"act": "judge", "link": FIRST.id, "verdict": "same"}
    secret = reviewer(kept, "desk")
    assert client.get(DESK, headers={"Accept": "application/json"}).status_code == 401
    assert client.post(DESK, json=judge).status_code == 401
    assert client.post(DESK, json=judge, headers=bearer(secret[:-1] + "_")).status_code == 401
    assert client.post(DESK, data={"act": "enter", "token": "nonsense"}, headers=HTML).status_code == 401
    scoped = bearer(reviewer(kept, "network", "other"))
    assert client.post(DESK, json=judge, headers=scoped).status_code == 403
    assert client.post(DESK, json={**judge, "link": OTHERS.id}, headers=scoped).status_code == 200
    assert client.get(DESK, headers=scoped).json()["link"] is None, "nothing that waits is for this token"


def test_a_form_of_another_page_judges_nothing(client: httpx.Client, kept: Home) -> None:
    page = visit(client, reviewer(kept, "desk"))
    forged = {**fields(page, "judge"), "verdict": "same", "word": ""}
    assert client.post(DESK, data=forged, headers=HTML).status_code == 400
    assert client.post(DESK, data={**forged, "word": "0" * 64}, headers=HTML).status_code == 400
    client.cookies.set("koinon_review", client.cookies["koinon_review"][:-1] + "0", path="/links/review")
    assert not file_of(kept).exists()


def test_who_lost_the_token_or_left_is_out_at_once(client: httpx.Client, kept: Home) -> None:
    page = visit(client, reviewer(kept, "desk"))
    judge = {**fields(page, "judge"), "verdict": "same"}
    (token,) = read_tokens(tokens(kept)).tokens
    revoke_token(kept, token, "test")
    assert client.post(DESK, data=judge, headers=HTML).status_code == 401
    page = visit(client, reviewer(kept, "desk"))
    assert client.post(DESK, data={"act": "leave"}, headers=HTML).status_code == 303
    assert client.post(DESK, data={**fields(page, "judge"), "verdict": "same"}, headers=HTML).status_code == 401
    assert not file_of(kept).exists()


def test_damaged_judgements_are_told_and_nothing_is_added(client: httpx.Client, kept: Home) -> None:
    headers = bearer(reviewer(kept, "desk"))
    judge = {"act": "judge", "link": FIRST.id, "verdict": "same"}
    client.post(DESK, json=judge, headers=headers)
    file_of(kept).write_bytes(file_of(kept).read_bytes().replace(b"same", b"diff"))
    damaged = file_of(kept).read_bytes()
    assert client.post(DESK, json={**judge, "verdict": "different"}, headers=headers).status_code == 507
    file_of(kept).write_bytes(damaged + b'{"sequence": 9}\n')
    assert client.post(DESK, json=judge, headers=headers).status_code == 507
    assert client.get("/links").status_code == 200


def test_anyone_disputes_a_link_and_a_reviewer_turns_it_into_a_judgement(client: httpx.Client, kept: Home) -> None:
    text = "These are two: one closed in 2011.\u202e\x00"
    answer = client.post("/disputes", json={"link": FIRST.id, "text": text})
    assert answer.status_code == 201
    page = visit(client, reviewer(kept, "desk"))
    assert "These are two: one closed in 2011." in page
    assert standing(kept) is Standing.OPEN
    assert client.post(DESK, data={**fields(page, "decide"), "state": "accepted"}, headers=HTML).status_code == 303
    assert standing(kept) is Standing.DIFFERENT
    assert Judgements.read(kept).lines[0].reason == "These are two: one closed in 2011."
    assert not Disputes.read(kept).waiting()


def test_a_statement_is_disputed_by_a_form_that_offers_those_there_are(client: httpx.Client, kept: Home) -> None:
    page = client.get("/disputes", params={"about": iri("alpha")}, headers=HTML).text
    check_html(page)
    values = re.findall(r'name="statement" value="([^"]+)"', page)
    assert len(values) == 1
    statement = values[0].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&amp;", "&")
    form = {"about": iri("alpha"), "statement": statement, "text": "We are called otherwise.", "mine": "yes"}
    answer = client.post("/disputes", data=form, headers=HTML)
    assert answer.status_code == 303
    assert "1" in client.get(answer.headers["location"], headers=HTML).text
    (found,) = Disputes.read(kept).waiting()
    assert (found.subject, found.by_subject) == (iri("alpha"), True)
    decide(kept, "desk", found.sequence, State.ACCEPTED)
    assert [one.text for one in Disputes.read(kept).accepted()] == ["We are called otherwise."]
    decide(kept, "desk", found.sequence, State.REFUSED, "the register says so")
    assert not Disputes.read(kept).accepted()


def test_a_dispute_of_nothing_is_refused(client: httpx.Client, kept: Home) -> None:
    for wrong, status in OF_NOTHING:
        assert client.post("/disputes", json=wrong).status_code == status, wrong
    assert not Disputes.read(kept).all


def test_one_client_sends_so_many_disputes_an_hour_and_others_go_on() -> None:
    now = [1000.0]
    sending = Sending(lambda: now[0])
    for _ in range(AN_HOUR):
        sending.admit("one")
    with pytest.raises(TooManyRequestsError):
        sending.admit("one")
    sending.admit("other")
    now[0] += 3600 / AN_HOUR
    sending.admit("one")


def test_bodies_that_are_too_long_or_of_another_kind_are_refused(client: httpx.Client, kept: Home) -> None:
    headers = {"Content-Type": "application/json"}
    assert client.post("/disputes", content=b'"' + b"x" * 40_000 + b'"', headers=headers).status_code == 413
    assert client.post("/disputes", content=b"[" * 5_000, headers=headers).status_code == 400
    assert client.post("/disputes", content=b"[1]", headers=headers).status_code == 400
    assert client.post("/disputes", content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert not Disputes.read(kept).all
