"""The keys of a mention: everything that is compared, worked out once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from koinon.link.exonyms import town
from koinon.link.forms import Forms
from koinon.link.lexicon import Lexicon, Word
from koinon.link.mentions import Mention
from koinon.link.text import clean, fold, romanised, words

_NUMBER: Final = re.compile(r"\d+")
_ROMAN: Final = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
}
_SMALL_WORDS: Final = (
    "of the for and in on at to from by with de del della dei degli delle di da do du des la le les lo el los las "
    "l d i y e et en og i til av for van der den het een ve w na z ze do dla και του τησ των για στο στη στην το η "
    "ο τα οι и за на у в во од по o u za na pri in ter ar un par ir ja bei und fur im zur per al als sul nel"
)
SMALL: Final = frozenset(_SMALL_WORDS.split(" "))
"""Words that no acronym takes a letter from."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a mention is compared by."""

    mention: Mention
    folded: str
    words: tuple[Word, ...]
    """The words of the name without its legal form; those of the whole name where nothing else is left."""
    latin: str
    cognate: str
    joined: str
    form: str
    """The legal form that the name ends or begins with, such as ``cooperative``; empty where there is none."""
    ideas: frozenset[str]
    acronyms: frozenset[str]
    """Words of the name that look like acronyms, romanised."""
    initials: tuple[str, ...]
    """The first letters of the words that count, in the two romanisations, and of all words."""
    numbers: frozenset[str]
    city: str
    """The town by one name, in whichever language it was said."""
    city_words: tuple[Word, ...]
    domain: str
    postcode: str
    identifiers: frozenset[str]
    street: str
    others: tuple[str, ...]
    """The other names, romanised, without their legal forms."""


def keys_of(mention: Mention, lexicon: Lexicon, forms: Forms) -> Keys:
    """Return the keys of a mention."""
    shown = clean(mention.name)
    folded = fold(shown)
    texts = words(folded)
    form, left = forms.strip(texts)
    known = tuple(lexicon.word(text) for text in left)
    latin = " ".join(word.latin for word in known)
    cognate = " ".join(word.cognate for word in known)
    city = fold(mention.city)
    ideas = frozenset(meaning[1:] for word in known for meaning in word.meanings if meaning.startswith(":"))
    return Keys(
        mention=mention,
        folded=folded,
        words=known,
        latin=latin,
        cognate=cognate,
        joined=cognate.replace(" ", ""),
        form=form,
        ideas=ideas,
        acronyms=_acronyms(shown).union(*map(_acronyms, mention.acronyms)),
        initials=_initials(known),
        numbers=frozenset(_NUMBER.findall(cognate)) | _roman(left),
        city=town(mention.city),
        city_words=tuple(lexicon.word(word) for word in words(city)),
        domain=domain_of(mention.website),
        postcode=re.sub(r"\W", "", mention.postcode).casefold(),
        street=" ".join(romanised(word)[1] for word in words(fold(mention.street))),
        others=tuple(_other(name, forms) for name in mention.other_names),
        identifiers=frozenset(filter(None, map(identifier, mention.identifiers))),
    )


def _roman(texts: Sequence[str]) -> set[str]:
    """Return the numbers among words; ``i`` and ``v`` are words of many languages, except at the end."""
    last = len(texts) - 1
    return {
        _ROMAN[text]
        for place, text in enumerate(texts)
        if place and text in _ROMAN and (place == last or len(text) > 1)
    }


def _other(name: str, forms: Forms) -> str:
    return " ".join(romanised(word)[1] for word in forms.strip(words(fold(name)))[1])


def domain_of(website: str) -> str:
    """Return the host of an address without ``www``; empty for what is no address."""
    text = website.strip().casefold()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if "." in host else ""


def identifier(text: str) -> str:
    """Return an identifier without punctuation, in capitals, without zeros before it."""
    return re.sub(r"[\W_]", "", text).upper().lstrip("0")


def _acronyms(shown: str) -> frozenset[str]:
    if shown.isupper() and " " in shown:
        return frozenset()
    found: set[str] = set()
    for text in re.findall(r"[^\W\d_](?:[\w&]|[.](?=\w))+", shown):
        plain = text.replace(".", "")
        if 2 <= len(plain) <= 12 and sum(map(str.isupper, plain)) >= 2:
            found.update(romanised(fold(plain)))
    return frozenset(found)


def _initials(known: tuple[Word, ...]) -> tuple[str, ...]:
    counting = [word for word in known if word.text not in SMALL]
    variants = (
        "".join(word.latin[:1] for word in counting),
        "".join(word.cognate[:1] for word in counting),
        "".join(word.latin[:1] for word in known),
    )
    return tuple(dict.fromkeys(variant for variant in variants if len(variant) > 1))
