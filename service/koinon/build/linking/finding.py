"""The run of the linker over all graphs of a release: what is read, compared, scored and decided."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from koinon.build.graphs import GraphFile
from koinon.build.linking.described import described_in
from koinon.build.linking.known_records import Known, known_records
from koinon.build.linking.remembered import Remembered, Said, said_text, write_remembered
from koinon.build.linking.version import linker_version
from koinon.link.block_columns import BlockColumns
from koinon.link.block_columns import joined as joined_blocks
from koinon.link.blocking import Ints, blocks_of, pairs_in
from koinon.link.decisions import Decisions, decide
from koinon.link.forms import Forms, shipped_forms
from koinon.link.keys import Keys, keys_of
from koinon.link.lexicon import Lexicon
from koinon.link.pairmodel import PRIOR, PairModel
from koinon.link.records import Record
from koinon.link.scored import Pair, Scored, ScoredPairs, joined
from koinon.model.assets import Assets
from koinon.release.judgements import Judgements
from koinon.release.manifest import DERIVED

_VOCABULARY: Final = "vocabulary"
_BEST: Final = 3
"""Pairs of names that are scored of two records: those that share most blocks."""
_TOGETHER: Final = 50_000
"""Pairs of records that are scored together."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found, by which model and with which judgements, and how right it was where it was measured."""

    records: Sequence[Record]
    decisions: Decisions
    model: str
    judgements: str
    measured: Mapping[str, float]


@cache
def words_of(assets: Assets) -> tuple[Lexicon, Forms]:
    """Return the words and legal forms that the package carries, read once a process."""
    return Lexicon.shipped(), shipped_forms(assets)


@dataclass(slots=True)
class Run:
    """One run; ``parent`` is the folder of the release before, if nobody touched it."""

    assets: Assets
    judgements: Judgements
    parent: Path | None
    said: dict[str, Said] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    told: Callable[[str], None] = logging.getLogger(__name__).debug
    _remembered: Remembered | None = None

    @property
    def remembered(self) -> Remembered:
        """What the parent's run left."""
        if self._remembered is None:
            self._remembered = Remembered.of(self.parent, linker_version(self.assets))
        return self._remembered

    def read(self, graphs: Iterable[GraphFile]) -> None:
        """Read what the graphs say of organisations and places; a graph that is as it was is not read again."""
        self.told("read")
        for graph in graphs:
            if graph.kind in {_VOCABULARY, DERIVED}:
                continue
            known = self.remembered.said.get(graph.slug)
            if known is None or known.sha256 != graph.sha256:
                text = said_text(*described_in(graph.path))
                known = Said(graph.sha256, hashlib.sha256(text.encode()).hexdigest(), text)
            self.said[graph.slug] = known
            self.kinds[graph.slug] = graph.kind

    def find(self, folder: Path) -> Found:
        """Score, decide and return what was found; what the next run spares is written to ``folder``.

        Raises OSError where the disk refuses.
        """
        before = self.remembered
        known = known_records(self.said, self.kinds, before.said, Known.read(before.records()))
        records = known.records
        scored, blocks, pairs = self._scored(records)
        write_remembered(folder, linker_version(self.assets), self.said, known.text, blocks, pairs)
        self.told("decide")
        model = PairModel.shipped()
        decisions = decide(records, scored, model, PRIOR, self.judgements)
        return Found(records, decisions, linker_version(self.assets), self.judgements.head, model.measured)

    def _scored(self, records: Sequence[Record]) -> tuple[ScoredPairs, BlockColumns, ScoredPairs]:
        """Return the scores of pairs of records by place, the blocks by record, and the scores by keys."""
        numbers = np.array([record.key for record in records], np.int64)
        blocks = self._blocks(records, numbers)
        self.told("candidates")
        rows = blocks.rows_of(numbers)
        its = blocks.at(rows)
        owners = np.repeat(np.arange(len(records)), its.mentions)
        sources = {slug: number for number, slug in enumerate(sorted(self.said))}
        groups = np.array([sources[record.source] for record in records], np.int64)
        distinct = np.zeros(len(sources), bool)
        for record in records:
            distinct[sources[record.source]] = record.distinct
        pairs = pairs_in(its.blocks, its.sizes, owners, groups, distinct)
        self.told("scores")
        codes = np.unique(owners[pairs[:, 0]] * len(records) + owners[pairs[:, 1]])
        sides = np.column_stack(np.divmod(codes, max(1, len(records))))
        keys = numbers[sides]
        turned = keys[:, 0] > keys[:, 1]
        keys[turned] = keys[turned, ::-1]
        compared = np.where(turned[:, None], sides[:, ::-1], sides)
        known = self.remembered.pairs()
        rows = known.rows_of(keys)
        fresh = {
            (one, other): (a, b)
            for (one, other), (a, b) in zip(keys[rows < 0].tolist(), compared[rows < 0].tolist(), strict=True)
        }
        used = np.unique(rows[rows >= 0])
        kept = joined(known.at(used, known.pairs[used]), ScoredPairs.of(self._score(records, blocks, fresh)))
        return kept.at(kept.rows_of(keys), sides), blocks, kept

    def _blocks(self, records: Sequence[Record], numbers: Ints) -> BlockColumns:
        """Return the blocks of records, whose keys are these."""
        self.told("keys")
        known = self.remembered.blocks()
        wanted, places = np.unique(numbers, return_index=True)
        rows = known.rows_of(wanted)
        fresh = {
            key: [blocks_of(keys) for keys in self._keys(records[place])]
            for key, place in zip(wanted[rows < 0].tolist(), places[rows < 0].tolist(), strict=True)
        }
        return joined_blocks(known.at(rows[rows >= 0]), BlockColumns.of(fresh))

    def _keys(self, record: Record) -> list[Keys]:
        lexicon, forms = words_of(self.assets)
        return [keys_of(mention, lexicon, forms) for mention in record.mentions]

    def _score(
        self, records: Sequence[Record], blocks: BlockColumns, fresh: Mapping[Pair, Pair]
    ) -> dict[Pair, Scored]:
        """Score pairs of records: the names of either that share most blocks."""
        if not fresh:
            return {}
        # Splink and DuckDB take two seconds to load, and most builds bring nothing to be weighed.
        from koinon.link.model import Model
        from koinon.link.pairing import score_pairs

        settings, trees = Model.shipped().settings, PairModel.shipped().trees
        used = sorted({place for pair in fresh.values() for place in pair})
        names = {place: self._keys(records[place]) for place in used}
        keys = np.unique([records[place].key for place in used])
        shared = blocks.at(blocks.rows_of(keys)).by_record()
        found: dict[Pair, Scored] = {}
        waiting = list(fresh.items())
        for start in range(0, len(waiting), _TOGETHER):
            part = waiting[start : start + _TOGETHER]
            pairs = [
                (number, names[one][a], names[other][b])
                for number, (_, (one, other)) in enumerate(part)
                for a, b in _best(shared[records[one].key], shared[records[other].key])
            ]
            for number, scored in score_pairs(trees, settings, pairs):
                found[part[number][0]] = scored
        return found


def _best(left: Sequence[NDArray[np.int64]], right: Sequence[NDArray[np.int64]]) -> list[tuple[int, int]]:
    """Return the pairs of names of two records that are scored: those that share most blocks."""
    every = list(product(range(len(left)), range(len(right))))
    if len(every) <= _BEST:
        return every
    ones, others = ([set(its.tolist()) for its in side] for side in (left, right))
    return sorted(every, key=lambda pair: (-len(ones[pair[0]] & others[pair[1]]), pair))[:_BEST]
