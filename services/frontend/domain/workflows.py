"""A workflow's definition from what was typed."""

from __future__ import annotations

import json
from typing import Any

TRIGGERS = ("manual", "cron", "webhook")


class Unusable(Exception):
    """What was typed is no definition."""


def definition(name: str, trigger: str, cron: str, steps: str) -> dict[str, Any]:
    """Return a definition. steps: a JSON list. Raises Unusable."""
    if trigger not in TRIGGERS:
        raise Unusable("Choose how the workflow starts.")
    started: dict[str, Any] = {"type": trigger}
    if trigger == "cron":
        if not cron.strip():
            raise Unusable("Say when it is to run, as in 0 6 * * 1-5.")
        started["cron"] = cron.strip()
    return {"name": name.strip(), "enabled": True, "trigger": started, "steps": _steps(steps)}


def _steps(text: str) -> list[Any]:
    try:
        steps = json.loads(text)
    except ValueError as error:
        raise Unusable(f"The steps are no JSON: {error}.") from error
    if not isinstance(steps, list) or not steps:
        raise Unusable("The steps are a JSON list with at least one step.")
    return steps


def _example(*steps: dict[str, Any]) -> str:
    return json.dumps(steps, indent=2)


EXAMPLES = {
    "Make values": _example(
        {"name": "greet", "kind": "transform", "values": {"greeting": "Hello"}}
    ),
    "Read records and ask the assistant": _example(
        {
            "name": "tasks",
            "kind": "airtable",
            "operation": "list",
            "base": "appXXXXXXXXXXXXXX",
            "table": "Tasks",
            "page_size": 20,
        },
        {
            "name": "summary",
            "kind": "llm",
            "message": "Sum up these tasks: {{ steps.tasks.records }}",
        },
    ),
    "Call an address when a condition holds": _example(
        {"name": "urgent", "kind": "condition", "expression": "trigger.body.priority > 3"},
        {
            "name": "tell",
            "kind": "http",
            "method": "POST",
            "url": "https://example.com/hook",
            "body": {"text": "{{ trigger.body.title }}"},
        },
    ),
}
FIRST_EXAMPLE = next(iter(EXAMPLES.values()))
