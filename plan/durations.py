"""Durations in the one spelling that the Docker provider reads back unchanged."""


def go_duration(seconds: int) -> str:
    """Return seconds as Go prints them, for example 30s, 1m0s, 1h0m0s.

    Another spelling of the same time would show as a difference after each refresh.
    """
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
