"""``koinon link …``: the links of the current release, and what people judge of them."""

import typer

from koinon.cli import judge, linking, links, review

app = typer.Typer(
    help="Find, show and review links: judge them, take judgements back, withdraw links.",
    invoke_without_command=True,
)
app.callback()(links.last_run)
app.command("show")(links.show_link)
app.command("run")(linking.run)
app.command("withdraw")(linking.withdraw)
app.command("review")(review.review)
app.command("judge")(judge.judge)
app.command("undo")(judge.undo)
