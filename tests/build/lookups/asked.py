"""How tests ask a table: one line for what was found, or for why nothing was."""

from koinon.build.mapping.lookups import Found, Lookups, NotFound

ID = "https://w3id.org/koinon/id/"


def ask(lookups: Lookups, table: str, key: str, **context: str) -> Found | NotFound:
    return lookups.table(table).find(key, **context)


def found(lookups: Lookups, table: str, key: str, **context: str) -> Found:
    answer = ask(lookups, table, key, **context)
    assert isinstance(answer, Found), answer
    return answer


def missed(lookups: Lookups, table: str, key: str, **context: str) -> NotFound:
    answer = ask(lookups, table, key, **context)
    assert isinstance(answer, NotFound), answer
    return answer


def place(lookups: Lookups, key: str, **context: str) -> str:
    return found(lookups, "nuts", key, **context).iri.removeprefix(ID)
