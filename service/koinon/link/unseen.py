"""What is never accepted unseen, however alike two names are: something that is known says that they may be two.

A model weighs how alike two names are as a whole; but one word of six tells a chamber of commerce from one of
crafts, a faculty from its university, and an office from its sister in the next town. These are doubts of a few
kinds (``lexicon/kinds.txt``), and people have them of the same pairs. They hold a pair back for review; no
probability changes.
"""

from typing import Final

from koinon.link.deciding import bare
from koinon.link.keys import SMALL, Keys
from koinon.link.several import doubtful_names
from koinon.link.sharing import Ideas, groups, kinds
from koinon.link.territories import regions_of, two_regions
from koinon.link.towns import two_towns
from koinon.link.wholes import whole_and_part

_FEW: Final = 2
"""Words of a name that says little by itself: fewer than this."""


def doubtful(left: Keys, right: Keys) -> bool:
    """Tell whether a pair is left to people, as something that is known of the two records speaks against it.

    Two towns or two regions, a part and its whole, a body and what stands beside it, names each of which says what
    the other does not, a name that many bodies have, names of one word with nothing beside, and what
    ``koinon.link.several`` and ``koinon.link.wholes`` tell of the two. Nothing of it counts where they share an
    identifier.
    """
    if left.identifiers & right.identifiers:
        return False
    return (
        two_towns(left, right)
        or two_regions(left, right)
        or bool(_apart(left) ^ _apart(right))
        or doubtful_names(left, right)
        or _each_says_more(left.ideas, right.ideas)
        or ((_one_of_many(left) or _one_of_many(right)) and not (left.city and right.city))
        or (min(len(left.words), len(right.words)) < _FEW and bare(left, right))
        or whole_and_part(left, right)
    )


def _apart(keys: Keys) -> Ideas:
    """Return the ideas of a name that any other name of the body has too; a Greek faculty may be a school."""
    found = keys.ideas & (kinds("part") | kinds("beside"))
    return found - {"faculty"} if "school" in keys.ideas else found


def _each_says_more(left: Ideas, right: Ideas) -> bool:
    """Tell whether either name has an idea that the other lacks: a chamber of crafts, and one of industry."""
    for names in (kinds("place"), kinds("saint")):
        if left & names and right & names and not left & right & names:
            return True
    return bool(_lacks(left, right)) and bool(_lacks(right, left))


def _lacks(ideas: Ideas, others: Ideas) -> Ideas:
    """Return the ideas of a name for which another has none, nor one that translators put for it."""
    known = frozenset[int]().union(*map(groups, others))
    telling = ideas - others - kinds("little") - kinds("place") - kinds("saint")
    return frozenset(idea for idea in telling if not groups(idea) & known)


def _one_of_many(keys: Keys) -> bool:
    """Tell whether each territory has a body of this name, as *Regional Centre*, and it does not say of which."""
    if not keys.ideas & kinds("each") or keys.ideas & kinds("place") or regions_of(keys):
        return False
    words = (word for word in keys.words if word.text not in SMALL)
    return all(any(meaning.startswith(":") for meaning in word.meanings) for word in words)
