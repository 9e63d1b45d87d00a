"""The program's commands, each a few lines over `running`, `commands` and `doctor`.

Exit status: 0 done, 1 failed, 2 wrong usage or configuration (nothing was changed).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from newsbot import __version__
from newsbot.desk.approvals import Policy
from newsbot.desk.roles import Role as DeskRole
from newsbot.domain.search import Match
from newsbot.errors import ConfigurationError, NewsbotError, StartError
from newsbot.event_loop import loop_runner
from newsbot.process_roles import Role
from newsbot.text_cli import text_app

if TYPE_CHECKING:
    from newsbot.config import Settings

app = typer.Typer(
    name="newsbot",
    help="Carries a newsroom's articles to its readers in chat. Settings: the environment and .env (see .env.example).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
subscribers_app = typer.Typer(help="The readers: export, import, rebuild the working copy.", no_args_is_help=True)
app.add_typer(subscribers_app, name="subscribers")
alerts_app = typer.Typer(help="What was sent, and why.", no_args_is_help=True)
app.add_typer(alerts_app, name="alerts")
broadcast_app = typer.Typer(help="Send a message to readers; pause, resume or stop what goes out; retry what failed.")
app.add_typer(broadcast_app, name="broadcast")
roles_app = typer.Typer(help="Who is of the desk, and what they may do.", no_args_is_help=False)
app.add_typer(roles_app, name="roles")
stories_app = typer.Typer(help="Which articles tell one story.", no_args_is_help=True)
app.add_typer(stories_app, name="stories")
topics_app = typer.Typer(help="Learn the newsroom's topics from its articles; measure.", no_args_is_help=True)
app.add_typer(topics_app, name="topics")
messenger_app = typer.Typer(help="The newsroom's Facebook Page.", no_args_is_help=True)
app.add_typer(messenger_app, name="messenger")
app.add_typer(text_app, name="text")


def main() -> None:
    # What is imported stays: looking through it for garbage costs 0.3 s here and, later on, pauses of 0.1 s.
    gc.disable()
    app(prog_name="newsbot")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"newsbot {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    env_file: Annotated[Path, typer.Option(help="File with settings, one NAME=value a line.")] = Path(".env"),
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    if context.get_parameter_source("env_file") is not None and env_file != Path(".env") and not env_file.is_file():
        _fail(ConfigurationError(f"--env-file {env_file}: there is no such file."))
    context.obj = env_file


@app.command()
def run(
    context: typer.Context,
    role: Annotated[
        Role, typer.Option(help="What this process does; any number of each, on any number of machines.")
    ] = Role.ALL,
) -> None:
    """The bot, the sources and the web server, until Ctrl-C or SIGTERM."""
    from newsbot.running import run as run_it

    _obey(context, lambda settings: run_it(settings, role))


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the page; 0 picks a free one.")] = 8090,
    data: Annotated[Path, typer.Option(help="Folder where the demo's readers and articles stay.")] = Path("data/demo"),
    readers: Annotated[int, typer.Option(min=0, max=200_000, help="Simulated subscribers there are at least.")] = 300,
    rate: Annotated[int, typer.Option(min=1, max=1_000, help="Messages a second; above 30 as if paid for.")] = 30,
    approval: Annotated[
        Policy, typer.Option(help="What goes out only when a second person approves it.")
    ] = Policy.NONE,
) -> None:
    """A reader's and an editor's phone, a small newsroom and the bot on this machine: no account, no network."""
    from newsbot.demo import DemoWish, run_demo

    _await(run_demo(DemoWish(folder=data, port=port, readers=readers, rate=rate, approval=approval)))


@app.command()
def rehearse(
    readers: Annotated[int, typer.Option(min=1, max=2_000_000, help="Simulated subscribers.")] = 2_000,
    rate: Annotated[int, typer.Option(min=1, max=1_000, help="Messages a second that the platform allows.")] = 30,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Processes that deliver; 1: one does everything.")] = 1,
    faults: Annotated[str, typer.Option(help="What goes wrong: a script's name or file; `list` shows them.")] = "",
    ordinary: Annotated[bool, typer.Option("--ordinary", help="Not breaking: who is in doubt gets nothing.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed strikes the same.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one line of JSON.")] = False,
    data: Annotated[Path, typer.Option(help="Folder for it; emptied first.")] = Path("data/rehearsal"),
) -> None:
    """Send an alert to simulated readers while things go wrong, and report what they got."""
    from newsbot.observability import configure_logging
    from newsbot.rehearsal.script import Script, load_script, shipped
    from newsbot.rehearse_command import Wish, rehearse

    if faults == "list":
        for name, what in shipped().items():
            typer.echo(f"{name:16}  {what}")
        return
    configure_logging(level="warning")
    try:
        script = load_script(faults) if faults else Script("")
    except ConfigurationError as error:
        _fail(error)
    wish = Wish(
        readers=readers,
        rate=rate,
        workers=workers,
        script=script,
        ordinary=ordinary,
        seed=seed,
        as_json=as_json,
        folder=data,
    )
    if not _await(rehearse(wish)):
        raise typer.Exit(1)


@app.command()
def chat(
    context: typer.Context,
    user: Annotated[str, typer.Option(help="Who is talking: each name is a reader of its own.")] = "me",
) -> None:
    """Talk to the bot here in the terminal: the same conversation, readers and articles."""
    from newsbot import commands

    _obey(context, lambda settings: commands.chat(settings, user))


@app.command()
def doctor(context: typer.Context) -> None:
    """Check settings, database, Redis, token and sources, and say in words what is wrong."""
    from newsbot.doctor import examine

    if not _await(examine(context.obj)):
        raise typer.Exit(1)


@app.command()
def ingest(
    context: typer.Context,
    source: Annotated[str | None, typer.Argument(help="Only this source (its id in newsroom.toml).")] = None,
    once: Annotated[bool, typer.Option("--once", help="Read now, say what came, and end.")] = False,
) -> None:
    """Read the sources: on their schedule until Ctrl-C, or --once."""
    from newsbot import commands

    if not _obey(context, lambda settings: commands.ingest(settings, source, once=once)):
        raise typer.Exit(1)


@app.command()
def stats(
    context: typer.Context,
    days: Annotated[
        int | None, typer.Option(min=1, max=366, help="Day by day instead, so many days back from today.")
    ] = None,
    as_csv: Annotated[str | None, typer.Option("--csv", metavar="TABLE", help="One table of them as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All tables as JSON.")] = False,
) -> None:
    """Readers, their topics, articles and alerts in figures: now, or day by day."""
    from newsbot import stats_command

    _obey(context, lambda settings: stats_command.stats(settings, days, table=as_csv, as_json=as_json))


@app.command()
def search(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(help="What to look for; without it, a query a line is read.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each query.")] = False,
    topic: Annotated[str | None, typer.Option(help="Only articles of this topic (its id in newsroom.toml).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Articles for each query.")] = 10,
    match: Annotated[Match, typer.Option(help="How many of the words an article must have.")] = Match.AUTO,
    articles: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="JSON lines to search in, in place of the newsroom's articles."),
    ] = None,
) -> None:
    """What readers would find."""
    from newsbot.search_command import SearchOptions, search

    options = SearchOptions(
        words=" ".join(words or ()), topic=topic, limit=limit, match=match, as_json=as_json, articles=articles
    )
    if not _obey(context, lambda settings: search(settings, options)):
        raise typer.Exit(1)


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the database to this version. `newsbot run` does it too."""
    from newsbot import commands

    typer.echo(_obey(context, commands.migrate))


@app.command()
def health(context: typer.Context) -> None:
    """Ask the newsbot that runs with these settings whether it is ready (for containers and supervisors)."""
    from newsbot import commands

    is_ready, problems = _obey(context, commands.health)
    for part, reason in problems.items():
        typer.echo(f"{part}: {reason}", err=True)
    if not is_ready:
        raise typer.Exit(1)
    typer.echo("ready")


@subscribers_app.command("export")
def export_subscribers(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to write: one JSON object a line. - is standard output.")],
) -> None:
    """Write every reader with their choices to FILE. It holds personal data: keep it safe."""
    from newsbot import commands

    count = _obey(context, lambda settings: commands.export_subscribers(settings, file))
    typer.echo(f"{_readers(count)} exported.", err=True)


@subscribers_app.command("import")
def import_subscribers(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that export wrote.", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Add the readers of FILE. Safe to repeat; a bad line is reported and does not stop the others."""
    from newsbot import commands

    if not _obey(context, lambda settings: commands.import_subscribers(settings, file, dry_run=dry_run)):
        raise typer.Exit(1)


@subscribers_app.command("rebuild")
def rebuild_subscribers(context: typer.Context) -> None:
    """Make the working copy in Redis anew from the journal."""
    from newsbot import commands

    count = _obey(context, commands.rebuild_subscribers)
    typer.echo(f"{_readers(count)} rebuilt from the journal.")


@alerts_app.command("why")
def alerts_why(
    context: typer.Context,
    article: Annotated[str, typer.Argument(help="The article's id or its address.")],
    reader: Annotated[str | None, typer.Argument(help="A reader's address, like telegram:123456.")] = None,
) -> None:
    """Say why ARTICLE was or wasn't sent, and what became of it for READER."""
    from newsbot import alert_commands

    _obey(context, lambda settings: alert_commands.alerts_why(settings, article, reader))


@alerts_app.command("list")
def alerts_list(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
) -> None:
    """The newest alerts, with their state and figures."""
    from newsbot import alert_commands

    _obey(context, lambda settings: alert_commands.alerts_list(settings, limit))


@alerts_app.command("show")
def alerts_show(
    context: typer.Context,
    alert: Annotated[int, typer.Argument(help="The alert's id, as list shows it.", min=1, max=2**63 - 1)],
    as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON.")] = False,
) -> None:
    """Everyone that ALERT was for, by channel: sent, refused and why, waiting, unknown, skipped."""
    from newsbot import alert_commands

    _obey(context, lambda settings: alert_commands.alerts_show(settings, alert, as_json=as_json))


@alerts_app.command("of")
def alerts_of(
    context: typer.Context,
    reader: Annotated[str, typer.Argument(help="A reader's address, like telegram:123456.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 10,
) -> None:
    """The newest alerts, what became of READER's, and why one was not for them."""
    from newsbot import alert_commands

    _obey(context, lambda settings: alert_commands.alerts_of(settings, reader, limit))


_Articles = Annotated[
    Path | None, typer.Argument(help="JSON lines with url, section, headline, body. Unset: the stored articles.")
]


@topics_app.command("train")
def topics_train(
    context: typer.Context,
    file: _Articles = None,
    right: Annotated[float, typer.Option(min=0.5, max=1.0, help="Share of named topics that must be right.")] = 0.95,
) -> None:
    """Learn from articles whose section or address names their topic; used at once, where nothing names one."""
    from newsbot import topic_commands

    _obey(context, lambda settings: topic_commands.train_topics(settings, file, right=right))


@topics_app.command("evaluate")
def topics_evaluate(
    context: typer.Context,
    file: _Articles = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """Say how often words alone tell the topic that an article's section names."""
    from newsbot import topic_commands

    _obey(context, lambda settings: topic_commands.evaluate_topics(settings, file, as_json=as_json))


@stories_app.command("why")
def stories_why(
    context: typer.Context,
    article: Annotated[str, typer.Argument(help="An article's id or its address.")],
    other: Annotated[str, typer.Argument(help="Another's.")],
) -> None:
    """Say what made two articles one story, or what kept them apart."""
    from newsbot import story_commands

    _obey(context, lambda settings: story_commands.stories_why(settings, (article, other)))


@messenger_app.command("sync")
def messenger_sync(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be written.")] = False,
) -> None:
    """Bring the Page's greeting, menu and first questions up to date, after saying what differs."""
    from newsbot import messenger_commands

    _obey(context, lambda settings: messenger_commands.sync_profile(settings, dry_run=dry_run))


@messenger_app.command("subscribe")
def messenger_subscribe(context: typer.Context) -> None:
    """Have Facebook send the app what happens on the Page."""
    from newsbot import messenger_commands

    _obey(context, messenger_commands.subscribe)


@messenger_app.command("resume")
def messenger_resume(context: typer.Context) -> None:
    """Send alerts again after Facebook blocked the Page, when it has lifted the block and we were not told."""
    from newsbot import messenger_commands

    _obey(context, messenger_commands.resume)


@broadcast_app.callback(invoke_without_command=True)
def broadcast(
    context: typer.Context,
    text: Annotated[str, typer.Option(help="What readers are told; - reads it from standard input.")] = "",
    topic: Annotated[list[str] | None, typer.Option(help="Only who follows it (its id); may be repeated.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only who reads it, like bn; may be repeated.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Only on it, like telegram; may be repeated.")] = None,
    article: Annotated[str, typer.Option(help="Send this article's card instead: its number or address.")] = "",
    markup: Annotated[
        bool, typer.Option("--markup", help="*bold*, _italic_ and [words](https://…) in the text are meant.")
    ] = False,
    picture: Annotated[str, typer.Option(help="Address of a picture; the text stands under it.")] = "",
    button: Annotated[
        list[str] | None, typer.Option(help='A link under the text, "label=https://…"; up to three.')
    ] = None,
    breaking: Annotated[bool, typer.Option("--breaking", help="Before all other alerts.")] = False,
    silent: Annotated[bool, typer.Option("--silent", help="Phones stay quiet.")] = False,
    at: Annotated[str, typer.Option(help='Not now but then: 18:30, "tomorrow 7 am", "2026-12-01 18:30".')] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.")] = False,
) -> None:
    """Send a message to readers, after saying to how many. The running newsbot delivers it."""
    if context.invoked_subcommand is not None:
        return
    from newsbot import broadcast_commands

    wish = broadcast_commands.Wish(
        text=text,
        article=article,
        markup=markup,
        picture=picture,
        buttons=tuple(button or ()),
        topics=tuple(topic or ()),
        languages=tuple(language or ()),
        channels=tuple(channel or ()),
        breaking=breaking,
        silent=silent,
        at=at,
        yes=yes,
    )
    if not _obey(context, lambda settings: broadcast_commands.broadcast(settings, wish)):
        raise typer.Exit(1)


@broadcast_app.command("pause")
def broadcast_pause(context: typer.Context, number: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Hold what goes out; resume lets it go on where it was."""
    _turn(context, "pause", number)


@broadcast_app.command("resume")
def broadcast_resume(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID")],
    channel: Annotated[str, typer.Option(help="Only where it has paused itself, like messenger.")] = "",
) -> None:
    """Let it go on."""
    _turn(context, "resume", number, channel)


@broadcast_app.command("stop")
def broadcast_stop(context: typer.Context, number: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Stop it for good: who has not got it gets nothing."""
    _turn(context, "stop", number)


@broadcast_app.command("retry")
def broadcast_retry(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID")],
    channel: Annotated[str, typer.Option(help="Only on it, like messenger.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.")] = False,
) -> None:
    """When it is over: send it again, once, to those whom it certainly did not reach, after saying to how many."""
    from newsbot import broadcast_commands

    if not _obey(context, lambda settings: broadcast_commands.retry_alert(settings, number, channel, yes=yes)):
        raise typer.Exit(1)


@broadcast_app.command("call-off")
def broadcast_call_off(context: typer.Context, number: Annotated[int, typer.Argument(metavar="DRAFT")]) -> None:
    """What was handed over for a time doesn't go out."""
    from newsbot import broadcast_commands

    if not _obey(context, lambda settings: broadcast_commands.call_off_draft(settings, number)):
        raise typer.Exit(1)


@roles_app.callback(invoke_without_command=True)
def roles(context: typer.Context) -> None:
    """Who is of the desk, and what they may do. Without a command: a list."""
    if context.invoked_subcommand is None:
        roles_list(context)


@roles_app.command("list")
def roles_list(context: typer.Context) -> None:
    """Everybody who has a role."""
    from newsbot import role_commands

    _obey(context, role_commands.list_roles)


@roles_app.command("give")
def roles_give(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="Their address, like telegram:123456 (the file that /mydata sends).")],
    role: Annotated[DeskRole, typer.Argument(help="What they may do: docs/desk.md.")],
    name: Annotated[str, typer.Option(help="What they are called, until their app says it.")] = "",
) -> None:
    """Give PERSON a role, in place of the one they had."""
    from newsbot import role_commands

    _obey(context, lambda settings: role_commands.give_role(settings, person, role, name))


@roles_app.command("invite")
def roles_invite(
    context: typer.Context,
    role: Annotated[DeskRole, typer.Argument(help="What they may do: docs/desk.md.")],
) -> None:
    """A link that gives ROLE to whoever opens it first, once, within a day; /roles and the desk withdraw it."""
    from newsbot import role_commands

    _obey(context, lambda settings: role_commands.invite_somebody(settings, role))


@roles_app.command("take")
def roles_take(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="Their address, like telegram:123456.")],
) -> None:
    """Take PERSON's role: they are a reader then. One owner stays at least."""
    from newsbot import role_commands

    _obey(context, lambda settings: role_commands.take_role(settings, person))


def _turn(context: typer.Context, verb: str, number: int, channel: str = "") -> None:
    from newsbot import broadcast_commands

    if not _obey(context, lambda settings: broadcast_commands.turn(settings, verb, number, channel)):
        raise typer.Exit(1)


def _readers(count: int) -> str:
    return "1 reader" if count == 1 else f"{count:,} readers"


def _obey(context: typer.Context, command: Any) -> Any:
    """Load the settings, set up the log, run the command; our errors become one line each and an exit status."""
    from newsbot.config import load_settings
    from newsbot.observability import configure_logging

    try:
        settings: Settings = load_settings(context.obj)
    except ConfigurationError as error:
        _fail(error)
    configure_logging(settings.log.format, settings.log.level, secrets=settings.secrets())
    return _await(command(settings))


def _await(work: Coroutine[Any, Any, Any]) -> Any:
    run_loop = loop_runner()
    gc.freeze()
    gc.enable()
    try:
        return run_loop(work)
    except NewsbotError as error:
        _fail(error)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _fail(error: NewsbotError) -> NoReturn:
    for line in str(error).splitlines():
        print(f"newsbot: {line}", file=sys.stderr)
    raise typer.Exit(2 if isinstance(error, (ConfigurationError, StartError)) else 1)
