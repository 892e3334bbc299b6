"""Learn what words mean in English from organisations with names in two languages: IBM's model 1, and counts."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from data import Organisation
from koinon.link.lexicon import stem
from koinon.link.text import fold, romanised, words

ROUNDS = 5
LEAST = 0.08
"""Probability from which on a translation is kept."""
MOST = 4
NOTHING = "\0"
SMALL = frozenset({"of", "the", "for", "and", "in", "on", "at"})
Pair = tuple[tuple[str, ...], tuple[str, ...], float]


def learn(organisations: Iterable[Organisation]) -> dict[str, object]:
    """Return translations of words and stems into English stems, and in how many names each stem stands."""
    pairs: list[Pair] = []
    counts: Counter[str] = Counter()
    names = 0
    for organisation in organisations:
        english, other = (
            list(dict.fromkeys(tuple(words(fold(name))) for name in side))
            for side in (organisation.english, organisation.other)
        )
        for name in english + other:
            names += 1
            counts.update({stem(romanised(word)[1]) for word in name})
        share = 1 / math.sqrt(len(english) * len(other) or 1)
        pairs += [(one, two, share) for one in other for two in english if one and two and one != two]
    translations: dict[str, dict[str, float]] = {}
    for key in (str, lambda word: stem(romanised(word)[1]) + "*"):
        for word, meanings in _model_1(pairs, key).items():
            best = sorted(meanings.items(), key=lambda item: (-item[1], item[0]))[:MOST]
            kept = {meaning: round(share, 2) for meaning, share in best if share >= LEAST and meaning not in SMALL}
            if kept and list(kept) != [stem(romanised(word.rstrip("*"))[1])]:
                translations[word] = kept
    return {
        "translations": translations,
        "counts": {root: count for root, count in counts.items() if count >= 3},
        "names": names,
    }


def _model_1(pairs: Sequence[Pair], key: Callable[[str], str]) -> dict[str, dict[str, float]]:
    """Return for each word (or stem, by ``key``) the probability of each English stem."""
    read = [([*map(key, one), NOTHING], [stem(word) for word in two], share) for one, two, share in pairs]
    table: dict[str, dict[str, float]] = defaultdict(dict)
    for one, two, _ in read:
        for word in one:
            for meaning in two:
                table[word][meaning] = 1.0
    for word, meanings in table.items():
        for meaning in meanings:
            meanings[meaning] = 0.02 if word == NOTHING else 1 / len(meanings)
        own = stem(romanised(word.rstrip("*"))[1])
        if own in meanings:
            meanings[own] += 0.5  # a word that looks like its translation mostly is
    for _ in range(ROUNDS):
        counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for one, two, share in read:
            for meaning in two:
                parts = [table[word].get(meaning, 0.0) for word in one]
                if total := sum(parts):
                    for word, part in zip(one, parts, strict=True):
                        counts[word][meaning] += share * part / total
        for word, found in counts.items():
            total = sum(found.values()) + (0.0 if word == NOTHING else 0.3)
            table[word] = {meaning: count / total for meaning, count in found.items()}
    del table[NOTHING]
    return table
