"""How a thing, an answer or a release is cited: in words, as BibTeX and as CSL-JSON, with an address that lasts.

The address names the release, so that what it leads to never changes. No author is a person: the node is cited, and
beside it the sources whose statements it shows.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from koinon.publish.text import Text

CSL: Final = "application/vnd.citationstyles.csl+json"
BIBTEX: Final = "application/x-bibtex"
_SPECIAL: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    """What is cited: its title, the node and the release that say it, since when, and the address that lasts.

    ``kind`` is ``dataset`` for a release, ``entry`` for a thing and ``query`` for an answer.
    """

    title: Text
    kind: str
    publisher: str
    release: str
    published: datetime
    address: str

    @property
    def key(self) -> str:
        """Return the key of the entry in a bibliography: letters, digits and hyphens."""
        path = self.address.partition(self.release)[2]
        words = re.findall(r"[a-z0-9]+", path.lower())[-4:]
        return "-".join(["koinon", *words, self.release[:8]])[:80]

    @property
    def text(self) -> str:
        """Return the citation in words."""
        day = self.published.date().isoformat()
        return f"{self.publisher}. “{self.title}”. Release {self.release[:12]}, {day}. {self.address}"

    @property
    def bibtex(self) -> str:
        """Return the citation as a BibTeX entry; braces keep letters as they are, the address is not changed."""
        fields = {
            "title": "{" + latex(self.title.text) + "}",
            "author": "{" + latex(self.publisher) + "}",
            "year": str(self.published.year),
            "month": str(self.published.month),
            "note": latex(f"Release {self.release}"),
            "url": self.address.replace("{", "%7B").replace("}", "%7D"),
        }
        if self.title.lang:
            fields["language"] = self.title.lang
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
        return f"@misc{{{self.key},\n{lines}\n}}\n"

    @property
    def csl(self) -> str:
        """Return the citation as CSL-JSON (the schema of citationstyles.org, version 1.0)."""
        day = self.published
        item: dict[str, object] = {
            "id": self.key,
            "type": "entry" if self.kind == "entry" else "dataset",
            "title": self.title.text,
            "author": [{"literal": self.publisher}],
            "publisher": self.publisher,
            "issued": {"date-parts": [[day.year, day.month, day.day]]},
            "version": self.release,
            "URL": self.address,
        }
        if self.title.lang:
            item["language"] = self.title.lang
        if self.kind == "entry":
            item["container-title"] = self.publisher
        return json.dumps([item], ensure_ascii=False, indent=1) + "\n"


def latex(text: str) -> str:
    """Return a text as LaTeX writes it, on one line."""
    return "".join(_SPECIAL.get(character, character) for character in " ".join(text.split()))
