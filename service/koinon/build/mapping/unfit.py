"""The one way in which a value is refused."""


class Unfit(ValueError):
    """A value that is not taken; ``rule`` is a short stable name, the text says what is wrong."""

    def __init__(self, rule: str, detail: str) -> None:
        """Keep the rule beside the words."""
        super().__init__(detail)
        self.rule = rule
