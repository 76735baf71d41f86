"""The command: bring the database up to date, or print its revision."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from . import connection, roles, schema
from .settings import Settings


def main(arguments: Sequence[str]) -> int:
    """Return 0 when the database is up to date, 1 with a readable last line when it is not."""
    chosen = _parser().parse_args(arguments)
    settings = Settings.from_environment()
    if chosen.command != "current":
        print(f"Database: {settings.postgres_db} at {settings.postgres_host}.", flush=True)
    try:
        with connection.waited(settings) as link:
            if chosen.command == "current":
                _show(schema.revisions(link), chosen.json)
            else:
                _up_to_date(link, settings)
    except (psycopg.Error, SQLAlchemyError, schema.UpgradeFailed) as error:
        reason = connection.reason(error)
        print(f"The database was not brought up to date. {reason}", file=sys.stderr)
        return 1
    return 0


def _up_to_date(link: Connection, settings: Settings) -> None:
    with connection.exclusive(link):
        roles.ensure(link, settings.logins)
        if schema.upgrade(link):
            roles.grant(link)


def _show(revisions: schema.Revisions, as_json: bool) -> None:
    if as_json:
        print(json.dumps(revisions))
    else:
        print(f"Schema: at {revisions['current'] or 'nothing'}, newest {revisions['head']}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m migrations", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("up", help="bring roles, schema and grants up to date (the default)")
    current = commands.add_parser("current", help="print the database's and the newest revision")
    current.add_argument("--json", action="store_true", help="as one JSON object")
    return parser
