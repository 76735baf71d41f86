"""The SQL of reports.

Each begins with what is to be counted, as rows of a bucket's start (`at`): by the hour from the
raw rows, else from the roll-ups, and from the raw rows of days that are not rolled up again yet.
So a report shows at once what was taken in.
"""

from __future__ import annotations

from psycopg import sql

from .ranges import Interval

# A chart shows no more.
MOST_SERIES, MOST_TOP = sql.Literal(20), sql.Literal(10)

_STALE = sql.SQL("""
WITH stale AS MATERIALIZED (
    SELECT DISTINCT day, day::timestamp AT TIME ZONE 'UTC' AS begins,
        (day + 1)::timestamp AT TIME ZONE 'UTC' AS ends
    FROM platform.stale_days WHERE day >= %(start)s::date AND day < %(end)s::date
),
""")
_NAMED = sql.SQL("(%(name)s::text IS NULL OR name = %(name)s)")

_EVENTS_BY_DAY = sql.SQL("""{stale} counted AS (
    SELECT date_trunc(%(interval)s, day::timestamp) AS at, name, count, value, cost_usd
    FROM platform.daily_events
    WHERE day >= %(start)s::date AND day < %(end)s::date AND {named}
        AND day NOT IN (SELECT day FROM stale)
    UNION ALL
    SELECT date_trunc(%(interval)s, day::timestamp), name, count(*), coalesce(sum(value), 0),
        coalesce(sum(cost_usd), 0)
    FROM stale JOIN platform.events ON occurred_at >= begins AND occurred_at < ends
    WHERE {named} GROUP BY day, name
)
""").format(named=_NAMED, stale=_STALE)
_EVENTS_BY_HOUR = sql.SQL("""WITH counted AS (
    SELECT date_trunc('hour', occurred_at AT TIME ZONE 'UTC') AS at, name, count(*) AS count,
        coalesce(sum(value), 0) AS value, coalesce(sum(cost_usd), 0) AS cost_usd
    FROM platform.events
    WHERE occurred_at >= %(start)s AND occurred_at < %(end)s AND {named} GROUP BY 1, 2
)
""").format(named=_NAMED)
_METRICS_BY_DAY = sql.SQL("""{stale} counted AS (
    SELECT date_trunc(%(interval)s, day::timestamp) AS at, name, count, sum, least, most
    FROM platform.daily_metrics
    WHERE day >= %(start)s::date AND day < %(end)s::date AND {named}
        AND day NOT IN (SELECT day FROM stale)
    UNION ALL
    SELECT date_trunc(%(interval)s, day::timestamp), name, count(*), sum(value), min(value),
        max(value)
    FROM stale JOIN platform.metrics ON occurred_at >= begins AND occurred_at < ends
    WHERE {named} GROUP BY day, name
)
""").format(named=_NAMED, stale=_STALE)
_METRICS_BY_HOUR = sql.SQL("""WITH counted AS (
    SELECT date_trunc('hour', occurred_at AT TIME ZONE 'UTC') AS at, name, count(*) AS count,
        sum(value) AS sum, min(value) AS least, max(value) AS most
    FROM platform.metrics
    WHERE occurred_at >= %(start)s AND occurred_at < %(end)s AND {named} GROUP BY 1, 2
)
""").format(named=_NAMED)
_USERS_BY_DAY = sql.SQL("""{stale} counted AS (
    SELECT date_trunc(%(interval)s, day::timestamp) AS at, user_id FROM platform.daily_users
    WHERE day >= %(start)s::date AND day < %(end)s::date AND day NOT IN (SELECT day FROM stale)
    UNION
    SELECT date_trunc(%(interval)s, day::timestamp), user_id
    FROM stale JOIN platform.events ON occurred_at >= begins AND occurred_at < ends
)
""").format(stale=_STALE)
_USERS_BY_HOUR = sql.SQL("""WITH counted AS (
    SELECT DISTINCT date_trunc('hour', occurred_at AT TIME ZONE 'UTC') AS at, user_id
    FROM platform.events WHERE occurred_at >= %(start)s AND occurred_at < %(end)s
)
""")

# The names with the most, and their buckets.
_SERIES_OF_EVENTS = sql.SQL("""
, named AS (
    SELECT name, sum(count) AS total FROM counted GROUP BY name
    ORDER BY total DESC, name LIMIT {most_series}
)
SELECT name, at, sum(count)::bigint AS count, sum(value) AS value
FROM counted JOIN named USING (name) GROUP BY name, total, at ORDER BY total DESC, name, at
""").format(most_series=MOST_SERIES)
_SERIES_OF_COSTS = sql.SQL("""
, named AS (
    SELECT name, sum(cost_usd) AS total FROM counted WHERE cost_usd > 0 GROUP BY name
    ORDER BY total DESC, name LIMIT {most_series}
)
SELECT name, at, sum(cost_usd) AS cost_usd
FROM counted JOIN named USING (name) GROUP BY name, total, at ORDER BY total DESC, name, at
""").format(most_series=MOST_SERIES)
_SERIES_OF_METRICS = sql.SQL("""
, named AS (
    SELECT name, sum(count) AS total FROM counted GROUP BY name
    ORDER BY total DESC, name LIMIT {most_series}
)
SELECT name, at, sum(count)::bigint AS count, sum(sum) AS sum, min(least) AS min,
    max(most) AS max
FROM counted JOIN named USING (name) GROUP BY name, total, at ORDER BY total DESC, name, at
""").format(most_series=MOST_SERIES)
_ALL_EVENTS = sql.SQL("""
SELECT at, sum(count)::bigint AS count, sum(cost_usd) AS cost_usd FROM counted GROUP BY at
""")
_TOP_EVENTS = sql.SQL("""
SELECT name, sum(count)::bigint AS count FROM counted GROUP BY name
ORDER BY count DESC, name LIMIT {most_top}
""").format(most_top=MOST_TOP)
_ALL_METRICS = sql.SQL("SELECT coalesce(sum(count), 0)::bigint AS count FROM counted")
# The row without a bucket is of the whole range.
_ALL_USERS = sql.SQL("""
SELECT at, count(DISTINCT user_id) AS count FROM counted GROUP BY ROLLUP (at)
""")


def _events(interval: Interval) -> sql.Composed:
    return _EVENTS_BY_HOUR if interval == "hour" else _EVENTS_BY_DAY


def _metrics(interval: Interval) -> sql.Composed:
    return _METRICS_BY_HOUR if interval == "hour" else _METRICS_BY_DAY


def series_of_events(interval: Interval) -> sql.Composed:
    """Counts and values by name and bucket."""
    return _events(interval) + _SERIES_OF_EVENTS


def series_of_costs(interval: Interval) -> sql.Composed:
    """Costs by name and bucket."""
    return _events(interval) + _SERIES_OF_COSTS


def all_events(interval: Interval) -> sql.Composed:
    """Counts and costs by bucket, of all names."""
    return _events(interval) + _ALL_EVENTS


def top_events(interval: Interval) -> sql.Composed:
    """The most frequent names."""
    return _events(interval) + _TOP_EVENTS


def series_of_metrics(interval: Interval) -> sql.Composed:
    """What was measured, by name and bucket."""
    return _metrics(interval) + _SERIES_OF_METRICS


def all_metrics(interval: Interval) -> sql.Composed:
    """How often anything was measured."""
    return _metrics(interval) + _ALL_METRICS


def users(interval: Interval) -> sql.Composed:
    """How many users did anything, by bucket and in all."""
    return (_USERS_BY_HOUR if interval == "hour" else _USERS_BY_DAY) + _ALL_USERS
