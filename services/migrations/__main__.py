"""Bring the database up to date, or print its revision: python -m migrations [current]."""

import json
import sys

import psycopg
import sqlalchemy.exc

from . import connection, roles, schema


def main(arguments: list[str]) -> int:
    """Return 0 when the database is up to date, 1 with a readable last line when it is not."""
    try:
        with connection.waited() as link:
            if arguments[:1] == ["current"]:
                print(json.dumps(schema.revisions(link)))
                return 0
            with connection.exclusive(link):
                roles.ensure(link)
                schema.upgrade(link)
                roles.grant(link)
    except (psycopg.Error, sqlalchemy.exc.SQLAlchemyError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        print(f"The schema was not brought up to date: {reason}", file=sys.stderr)
        return 1
    return 0


sys.exit(main(sys.argv[1:]))
