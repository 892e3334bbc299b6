"""How fast names are found among a million: ``.venv/bin/python benchmarks/web/search.py``.

Data: made-up things with two names each in Latin, Greek and Cyrillic letters, drawn with a fixed seed, whose words
are as unevenly common as those of real names (Zipf). Asked are whole names, single words, beginnings, words with a
mistake, several words in another order, and hostile texts. The promise is 20 ms at the 95th percentile; the
service's own cost of a request is not in it. The index is kept in the folder that ``--keep`` names, and used again.
"""

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate
from pathlib import Path

from koinon.build.indexing.writing import Writing, document_of
from koinon.model.namespaces import DEF, ORG
from koinon.query.finding import TermIndex
from koinon.query.hits import Counts, Hits
from koinon.release.search_index import Body, Name, create_index, open_index

SEED = 7
PROMISE = 0.020
SYLLABLES = {
    "la": (
        "ba",
        "ke",
        "li",
        "mo",
        "nu",
        "ra",
        "se",
        "ti",
        "vo",
        "za",
        "pre",
        "gro",
        "stin",
        "łu",
        "śnie",
        "ñe",
        "är",
    ),
    "el": ("κα", "λο", "μι", "νε", "ρα", "σο", "τι", "πρω", "χει", "θέ", "ψη"),
    "uk": ("ка", "ло", "мі", "не", "ра", "со", "ти", "про", "чей", "жи", "ще"),
}
KINDS = (DEF + "Project", ORG + "Organization", DEF + "Territory", DEF + "Event")
STRANGE = (
    "a",
    "e",
    "*",
    "a*b?",
    "(((((",
    '"unclosed',
    "AND OR NOT",
    "\x00",
    "\u202eabc",
    "漢字仮名",
    "👩‍👩‍👧",
    "0",
    "' OR 1=1 --",
)


class Words:
    """Words of one script, the first ones as common as in any language."""

    def __init__(self, dice: random.Random, tag: str, number: int) -> None:
        self._dice = dice
        self._words = ["".join(dice.choices(SYLLABLES[tag], k=dice.randint(1, 5))) for _ in range(number)]
        self._weights = list(accumulate(1 / (rank + 5) for rank in range(number)))

    def some(self, number: int) -> list[str]:
        """Draw words."""
        return self._dice.choices(self._words, cum_weights=self._weights, k=number)


def bodies(dice: random.Random, things: int) -> Iterator[Body]:
    """Yield made-up things with two names each."""
    words = {tag: Words(dice, tag, 120_000 if tag == "la" else 40_000) for tag in SYLLABLES}
    countries = [f"https://w3id.org/koinon/id/place/c{number}" for number in range(40)]
    for number in range(things):
        tags = dice.choices(("la", "la", "el", "uk"), k=2)
        names = tuple(
            Name(" ".join(words[tag].some(dice.randint(1, 7))).capitalize(), tag, rank)
            for rank, tag in enumerate(tags)
        )
        kind = dice.choice(KINDS)
        country = dice.choice(countries)
        yield Body(f"https://example.org/{number}", kind, (kind,), names, (country,), (country,), 1 + dice.random())


def questions(dice: random.Random, names: list[str], number: int) -> Iterator[tuple[str, str]]:
    """Yield what is asked, with what sort of a text it is."""
    for _ in range(number):
        name = dice.choice(names)
        words = name.split()
        word = dice.choice(words)
        place = dice.randrange(len(word))
        yield "whole name", name
        yield "one word", word
        yield "beginning", word[: dice.randint(1, 5)]
        yield "mistake", word[:place] + dice.choice("abeioxλ") + word[place + 1 :]
        yield "two words", " ".join(dice.sample(words, k=min(2, len(words))))
        yield "five beginnings", " ".join(dice.choice(dice.choice(names).split())[:2] for _ in range(5))
        yield "strange", dice.choice(STRANGE) * dice.choice((1, 1, 40)) + dice.choice(("", word))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, default=500_000)
    parser.add_argument("--questions", type=int, default=300, help="of each sort")
    parser.add_argument("--keep", type=Path, help="folder of the index")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp()) / "search"
    dice = random.Random(SEED)  # noqa: S311  data that can be drawn again
    names = [body.names[0].text for body in bodies(random.Random(SEED), 20_000)]  # noqa: S311
    if not (folder / "version").is_file():
        begun, spent = time.perf_counter(), time.process_time()
        with Writing(create_index(folder), folder) as writer:
            for body in bodies(dice, given.things):
                writer.add_document(document_of(body))
        size = sum(path.stat().st_size for path in folder.iterdir())
        print(
            f"written: {given.things} things, {2 * given.things} names, {time.perf_counter() - begun:.0f} s "
            f"({time.process_time() - spent:.0f} s CPU), {size / 1e6:.0f} MB"
        )
    index = TermIndex(open_index(folder))
    spent_by: dict[str, list[tuple[float, float]]] = {}

    def timed(sort: str, work: Callable[[], Hits | Counts]) -> Hits | Counts:
        begun, spent = time.perf_counter(), time.thread_time()
        found = work()
        spent_by.setdefault(sort, []).append((time.thread_time() - spent, time.perf_counter() - begun))
        return found

    for sort, text in questions(dice, names, given.questions):
        hits = timed(sort, partial(index.search, text))
        timed(sort + ", facets", partial(index.counts, text, how=getattr(hits, "how", "words")))
    every = [pair for sort, pairs in spent_by.items() if "facets" not in sort for pair in pairs]
    print(f"{'ms of CPU (of the clock)':26}{'median':>18}{'p95':>18}{'slowest':>18}")
    for sort, pairs in [*spent_by.items(), ("all searches", every)]:
        cpu, clock = (sorted(pair[which] * 1000 for pair in pairs) for which in (0, 1))
        places = (len(cpu) // 2, int(0.95 * len(cpu)), -1)
        print(f"{sort:26}" + "".join(f"{cpu[n]:10.2f} ({clock[n]:5.1f})" for n in places))
    p95 = sorted(cpu for cpu, _ in every)[int(0.95 * len(every))]
    if not given.keep:
        shutil.rmtree(folder.parent)
    assert p95 <= PROMISE, "the promise of 20 ms is not kept"


if __name__ == "__main__":
    main()
