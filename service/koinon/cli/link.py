"""``koinon link …``: the links of the current release, and what people judge of them."""

import typer

from koinon.cli import judge, review

app = typer.Typer(help="Review links: judge them, take judgements back.", no_args_is_help=True)
app.command("review")(review.review)
app.command("judge")(judge.judge)
app.command("undo")(judge.undo)
