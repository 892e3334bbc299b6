"""NUTS codes: the territory that a code means, in which version, and where it lies today.

A code means what it means in the newest version that has it, unless the version is stated. It is carried to the
newest version of all where one territory there has it whole, or 95 % of its people; else the old territory stays.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from koinon.build.mapping.lookups.interface import Found, Label, NotFound, Piece
from koinon.build.mapping.lookups.nuts_lists import MOST, NutsLists, pseudo
from koinon.build.mapping.lookups.places import NUTS, Places
from koinon.model.namespaces import CODE

_KEY: Final = re.compile(r"([A-Za-z]{2}[0-9A-Za-z]{0,3})(?:\s.*)?", re.DOTALL)
_ISO: Final[Mapping[str, str]] = {"GR": "EL", "GB": "UK"}
_OUTSIDE: Final = frozenset({"CH", "IS", "LI", "NO"})
"""Countries of the European Free Trade Association: the list has their statistical regions, which are not NUTS."""
_THOUSANDTH: Final = Decimal("0.001")
_LOOKALIKES: Final = (("O", "0"), ("I", "1"), ("L", "1"), ("S", "5"))


@dataclass(frozen=True, slots=True)
class Territory:
    """A code in a version; ``rule`` is how it was carried to ``now``, and ``share`` the people that went there."""

    code: str
    version: str
    now: tuple[str, str]
    rule: str = ""
    share: float = 1.0
    others: tuple[tuple[str, float], ...] = ()


class Nuts:
    """The table ``nuts``: from a code to the place where it lies today.

    The key is a code, alone or with the name behind it (``SI041 / Osrednjeslovenska``); context ``version`` is the
    version of NUTS where the file states it. Parts: ``code`` as read, ``version``, ``level``, ``type`` (of our list
    of types of places), ``current`` (the code in the newest version; absent where there is none), ``share``,
    ``name`` (from the lists), ``label`` (the name, or the code in words), ``parent``, ``country`` (its place).
    """

    def __init__(self, lists: NutsLists, places: Places, countries: Mapping[str, str]) -> None:
        """Take the lists, the places that are described elsewhere, and places of countries by NUTS prefix."""
        self.lists = lists
        self._places = places
        self._countries = countries
        self.resolve = lru_cache(maxsize=None)(self._resolve)

    def find(self, key: str, version: str = "", **_: str) -> Found | NotFound:
        """Return the place where the territory of a code lies today."""
        territory = self.resolve(key, version)
        if isinstance(territory, NotFound):
            return territory
        code, at = territory.now
        parts = self.parts(code, at) | {"code": territory.code, "version": territory.version}
        if at == self.lists.newest or code in self.lists.outside:
            parts["current"] = code
        if territory.rule:
            parts["share"] = f"{territory.share:.3f}"
        return Found(territory.code, self.iri_of(code, at), parts, territory.rule, self._note(territory))

    def territory_of(self, found: Territory) -> tuple[str, str]:
        """Return the code and version of a territory itself: those of today where it is the same."""
        own = (found.code, found.version)
        return found.now if self.lists.crosswalk.same(own, found.now) else own

    def known_as(self, code: str, version: str) -> tuple[str, str]:
        """Return a territory's code with the last version in which the code means this territory."""
        versions = self.lists.versions.get(code, ())
        same = (newer for newer in reversed(versions) if self.lists.crosswalk.same((code, version), (code, newer)))
        return code, next(same, version)

    def iri_of(self, code: str, version: str) -> str:
        """Return the IRI of a territory: a place that is described elsewhere, else one with the code in its name.

        Where the code means another territory in its newest version, the last version that meant this one stands in
        the name. A code of two letters is the country.
        """
        if code in self._countries:
            return self._countries[code]
        _, last = self.known_as(code, version)
        if last != self.lists.versions.get(code, (last,))[-1]:
            return f"{NUTS}{code.lower()}-{last}"
        return self._places.codes.get(("Eurostat", code)) or f"{NUTS}{code.lower()}"

    def parts(self, code: str, version: str) -> dict[str, Piece]:
        """Return what is known of a territory: level, names, the place that it is part of."""
        level = len(code) - 2
        _, version = self.known_as(code, version)
        latest = version == self.lists.versions.get(code, (version,))[-1]
        known = self.lists.labels.get(code) if latest else None
        country = self.lists.countries.get(code[:2], code[:2])
        edition = "" if version in ("", self.lists.newest) else f" of {version}"
        parts: dict[str, Piece] = {
            "level": level,
            "type": self._type(code),
            "label": known or Label(f"{code} (NUTS {level}{edition}, {country})", "en"),
        }
        if known:
            parts["name"] = known
        prefix = code[:2] if code[:2] in self._countries else _ISO.get(code[:2], code[:2])
        if prefix in self._countries:
            parts["country"] = self._countries[prefix]
        parent = self._parent(code, version) or self._countries.get(prefix, "")
        if parent and parent != self.iri_of(code, version):
            parts["parent"] = parent
        return parts

    def _type(self, code: str) -> str:
        if code in self._countries:
            return f"{CODE}place-type/country"
        if code[:2] in _OUTSIDE or code in self.lists.outside:
            return f"{CODE}place-type/statistical-region"
        return f"{CODE}place-type/nuts-{len(code) - 2}"

    def _parent(self, code: str, version: str) -> str:
        above = code[:-1]
        if len(above) > 2 and version in self.lists.versions.get(above, ()):
            return self.iri_of(*self.territory_of(self._carry(above, version)))
        return ""

    def _resolve(self, key: str, version: str) -> Territory | NotFound:
        match = _KEY.fullmatch(key.strip())
        if not match:
            return NotFound("unknown", f"{key!r} is no NUTS code: two letters and up to three letters or digits")
        code = match[1].upper()
        if code not in self.lists.versions:
            code = _ISO.get(code[:2], code[:2]) + code[2:]
        if pseudo(code):
            return NotFound("pseudo", f"{code} stands for what lies outside all regions; it names no territory")
        if code in self._countries or code in self.lists.outside:
            return Territory(code, self.lists.outside.get(code, ""), (code, self.lists.outside.get(code, "")))
        versions = self.lists.versions.get(code)
        if not versions:
            return NotFound("unknown", f"no version of NUTS has the code {code}", self._candidates(code))
        if version and version not in versions:
            where = ", ".join(versions)
            return NotFound("unknown", f"NUTS {version} has no {code}; it stands in {where}")
        return self._carry(code, version or versions[-1])

    def _carry(self, code: str, version: str) -> Territory:
        newest = self.lists.newest
        if version == newest:
            return Territory(code, version, (code, version))
        shares = self.lists.crosswalk.shares(code, version, newest)
        if not shares:
            return Territory(code, version, (code, version), "ended", 0.0)
        best, share = shares[0]
        if len(shares) == 1 or share >= MOST:
            rule = "" if best == code else "carried"
            return Territory(code, version, (best, newest), rule, share, tuple(shares[1:]))
        return Territory(code, version, (code, version), "split", share, tuple(shares))

    def _note(self, found: Territory) -> str:
        old = f"{found.code} of NUTS {found.version}"
        if found.rule == "carried":
            return f"{old} is {found.now[0]} of NUTS {found.now[1]}, with {found.share:.1%} of the people"
        if found.rule == "split":
            parts = ", ".join(f"{code} ({share:.1%})" for code, share in found.others if share >= 0.0005)
            return f"{old} was divided: {parts}; the old territory is kept"
        if found.rule == "ended":
            return f"{old} has no successor in NUTS {self.lists.newest}; the old territory is kept"
        return ""

    def _candidates(self, code: str) -> tuple[str, ...]:
        head, tail = code[:2], code[2:]
        tries = [head + tail.replace(letter, digit) for letter, digit in _LOOKALIKES] + [code[:-1]]
        return tuple(dict.fromkeys(other for other in tries if other != code and other in self.lists.versions))


class NutsTerritories:
    """The table ``nuts-territory``: from a code and a version to the territory itself, for the source of it.

    Where the territory is the same today, it is that of today; else it has a place of its own, and ``replaced`` is
    the place that it went into. ``key`` is what stands behind ``place/nuts-``. Places that another source describes
    are not found (``kept-elsewhere``).
    """

    def __init__(self, nuts: Nuts) -> None:
        """Take the table ``nuts``."""
        self._nuts = nuts

    def find(self, key: str, version: str = "", **_: str) -> Found | NotFound:
        """Return the territory of a code."""
        territory = self._nuts.resolve(key, version)
        if isinstance(territory, NotFound):
            return territory
        own, now = (territory.code, territory.version), territory.now
        code, at = self._nuts.territory_of(territory)
        iri = self._nuts.iri_of(code, at)
        if not iri.startswith(NUTS):
            reason = f"the reference source of places describes {code} as {iri}"
            return NotFound("kept-elsewhere", reason, (iri,))
        parts = self._nuts.parts(code, at) | {"code": territory.code, "version": territory.version}
        if own != now and (code, at) == own:
            parts["replaced"] = self._nuts.iri_of(*now)
        return Found(iri.removeprefix(NUTS), iri, parts)


class NutsSuccessions:
    """The table ``nuts-succession``: for a row of the crosswalk, how much of an old territory went to a new one.

    The key is the old code, context ``version`` its version, ``to`` the later code, ``edition`` that one's version.
    ``key`` is what stands behind ``place/nuts-`` of the old territory. Parts: ``successor``, ``share`` (of the
    people), ``edition``; none where the two are one territory, the later version is not the newest, or nearly
    nobody lives in both.
    """

    def __init__(self, nuts: Nuts) -> None:
        """Take the table ``nuts``."""
        self._nuts = nuts

    def find(self, key: str, version: str = "", to: str = "", edition: str = "", **_: str) -> Found | NotFound:
        """Return the share of a territory that went to another."""
        nuts, nothing = self._nuts, Found(key.lower())
        if edition != nuts.lists.newest or version == edition or nuts.known_as(key, version)[1] != version:
            return nothing
        iri = nuts.iri_of(key, version)
        shares = dict(nuts.lists.crosswalk.shares(key, version, edition))
        share = Decimal(shares.get(to, 0.0)).quantize(_THOUSANDTH)
        whole = any(nuts.lists.crosswalk.same((key, version), (other, edition)) for other in shares)
        if whole or share < _THOUSANDTH or not iri.startswith(NUTS):
            return nothing
        parts: dict[str, Piece] = {"successor": nuts.iri_of(to, edition), "share": share, "edition": edition}
        return Found(iri.removeprefix(NUTS), iri, parts)
