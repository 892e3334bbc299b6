"""What was made is kept while there is room, and never given for something else."""

from hypothesis import given
from hypothesis import strategies as st

from koinon.web.bodies import Bodies, Body

keys = st.sampled_from([("a",), ("b",), ("c",), ("a", "b")])


@given(st.lists(st.tuples(keys, st.binary(max_size=40)), max_size=60))
def test_a_key_gives_its_last_body_or_none(puts: list[tuple[tuple[str, ...], bytes]]) -> None:
    bodies, last = Bodies(capacity=160), dict(puts)
    for key, body in puts:
        bodies.put(key, Body(body))
        assert bodies.get(key) in (Body(body), None, Body(last[key])) or len(body) > 20
    for key, body in last.items():
        found = bodies.get(key)
        assert found is None or found.content == body or len(body) > 20


def test_the_body_used_last_stays() -> None:
    bodies = Bodies(capacity=80)
    for name in "abcdefghij":
        bodies.put((name,), Body(b"x" * 9))
        bodies.get(("a",))
    assert bodies.get(("a",))
    assert bodies.get(("b",)) is None


def test_a_body_that_is_too_large_is_not_kept() -> None:
    bodies = Bodies(capacity=80)
    bodies.put(("a",), Body(b"x" * 11))
    assert bodies.get(("a",)) is None
