"""``koinon link …``: the links of the current release, and what people judge of them."""

import typer

from koinon.cli import judge, links, review

app = typer.Typer(help="Show and review links: judge them, take judgements back.", invoke_without_command=True)
app.callback()(links.last_run)
app.command("show")(links.show_link)
app.command("review")(review.review)
app.command("judge")(judge.judge)
app.command("undo")(judge.undo)
