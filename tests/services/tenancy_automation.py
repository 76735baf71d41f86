"""What can be asked of the services that work for users: automations and the assistant."""

from __future__ import annotations

from .tenancy_operations import NOTHING, Operation, Row, of

AUTOMATION, ASSISTANT = "automation-services", "llm-orchestrator"


def files() -> tuple[Operation, ...]:
    """Return those of files."""
    one = "/files/{file}"
    wanted: list[Row] = [
        ("GET", "/files", 200, None, NOTHING),
        ("GET", one, 200, None, NOTHING),
        ("GET", f"{one}/download", 200, None, NOTHING),
        ("GET", f"{one}/text", 200, None, NOTHING),
        ("DELETE", one, 204, None, NOTHING),
    ]
    upload = Operation(AUTOMATION, "POST", "/files", 201, None, {"file": "id"}, upload=True)
    return (upload, *of(AUTOMATION, wanted))


def workflows() -> tuple[Operation, ...]:
    """Return those of workflows and their executions."""
    one, executions = "/workflows/{workflow}", "/workflows/{workflow}/executions"
    step = {"name": "say", "kind": "transform", "values": {"said": "{name}"}}
    made = {"name": "{name}", "trigger": {"type": "webhook"}, "steps": [step]}
    begun = {"execution": "execution_id"}
    wanted: list[Row] = [
        ("POST", "/workflows", 201, made, {"workflow": "id", "hook": "hook_token"}),
        ("GET", "/workflows", 200, None, NOTHING),
        ("GET", one, 200, None, NOTHING),
        ("PUT", one, 200, made, NOTHING),
        ("POST", f"{one}/trigger", 202, {"input": {"said": "{name}"}}, {"execution": "id"}),
        ("POST", "/workflows/hooks/{hook}", 202, {"said": "{name}"}, begun),
        ("POST", f"{one}/hook-token", 200, None, {"hook": "hook_token"}),
        ("GET", executions, 200, None, NOTHING),
        ("GET", f"{executions}/{{execution}}", 200, None, NOTHING),
        ("POST", f"{executions}/{{execution}}/cancel", 202, None, NOTHING),
        ("DELETE", one, 204, None, NOTHING),
    ]
    return of(AUTOMATION, wanted)


def assistant() -> tuple[Operation, ...]:
    """Return those of llm-orchestrator, whose sessions are each user's own."""
    further = {"message": "{name}", "session_id": "{session}"}
    wanted: list[Row] = [
        ("POST", "/chat", 200, {"message": "{name}"}, {"session": "session_id"}),
        ("POST", "/chat", 200, further, NOTHING),
        ("POST", "/chat", 200, {**further, "stream": True}, NOTHING),
        ("GET", "/tools", 200, None, NOTHING),
        ("GET", "/sessions", 200, None, NOTHING),
        ("GET", "/sessions/{session}", 200, None, NOTHING),
        ("DELETE", "/sessions/{session}", 204, None, NOTHING),
    ]
    return of(ASSISTANT, wanted)
