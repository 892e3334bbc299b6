"""A network fills the template in, sends it with its token, and finds its members in the next release."""

import shutil
import sys
from pathlib import Path

from building import ROOT
from contributing import again, token_for, world_to_serve
from koinon.web.members import XLSX

sys.path.append(str(ROOT / "tests" / "build" / "templates"))
from filling import FIRST, Form, fill_in

SAID = {
    "mapping": "members-list",
    "title": "Μέλη του Σχηματισμού Κομοτηνής",
    "publisher": "Σχηματισμός Κοινωνικής Οικονομίας Κομοτηνής",
    "language": "el",
}


def test_a_filled_template_goes_straight_into_the_next_release(tmp_path: Path) -> None:
    world = world_to_serve(tmp_path / "node")
    shutil.rmtree(world.assets.ontology / "code")
    (world.assets.ontology / "code").symlink_to(ROOT / "ontology" / "code")
    (world.assets.data / "mappings").mkdir(exist_ok=True)
    shutil.copy(ROOT / "data" / "mappings" / "members-list.toml", world.assets.data / "mappings")
    (world.assets.data / "language").symlink_to(ROOT / "data" / "reference" / "language")
    code, said = world.run()
    assert code == 0, said
    form = fill_in(Form(tmp_path, "el"))
    with again(world, token_for(world, "net*"), KOINON_CLIENT_SECONDS="0") as node:

        def put(form: Form, said: dict[str, str]) -> int:
            sent = {"file": ("μέλη.xlsx", form.save().read_bytes(), XLSX)}
            answer = node.send("PUT", "net-komotini", files=sent, data=said)
            assert answer.status_code in {200, 201, 422}, answer.text
            return answer.status_code

        assert put(form, {key: text for key, text in SAID.items() if key != "publisher"}) == 422
        assert not node.kept("net-komotini")
        assert put(form, SAID) == 201
        assert node.wait("net-komotini", "published")["state"] == "published"
        graph = node.client.get("/graph/net-komotini", headers={"Accept": "text/turtle"}).text
        assert "Κοιν.Σ.Επ. Ροδόπη" in graph
        assert SAID["title"] in graph
        asked = {"network": "https://w3id.org/koinon/id/cluster/net-komotini-1"}
        rows = node.client.get(
            "/queries/members-of-a-network", params=asked, headers={"Accept": "text/csv"}
        ).text.splitlines()
        assert sum("organisation/net-komotini-member-" in row for row in rows) == 2
        form.put("members", FIRST + 2, {"id": "m-3", "name": "Νέο μέλος", "member_of": "1"})
        assert put(form, {}) == 200
        node.wait("net-komotini", "published")
        again_asked = node.client.get("/queries/members-of-a-network", params=asked, headers={"Accept": "text/csv"})
        assert "Νέο μέλος" in again_asked.text
