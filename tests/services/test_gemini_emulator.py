"""The emulator of Gemini, asked by Google's own client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gemini_emulator.application import application
from gemini_emulator.domain.tokens import THOUGHT
from gemini_emulator.settings import Settings
from google import genai
from google.genai import errors, types

from .running import served

MODEL = "gemini-2.5-flash"
BASE = "appProjectTracker"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An emulator that takes any key."""
    with served(application(Settings(port=8091))) as address:
        yield address


def client_of(url: str, key: str = "any-key") -> genai.Client:
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=url))


@pytest.fixture
def client(url: str) -> genai.Client:
    """Google's client."""
    return client_of(url)


def declared(name: str, *arguments: str) -> types.FunctionDeclaration:
    schema = {"type": "object", "properties": {each: {"type": "string"} for each in arguments}}
    return types.FunctionDeclaration(name=name, description=name, parameters_json_schema=schema)


TOOLS = [
    types.Tool(
        function_declarations=[
            declared("list_bases"),
            declared("list_tables", "base_id"),
            declared("get_records", "base_id", "table"),
        ]
    )
]
RESULTS = {
    "list_bases": {"bases": [{"id": BASE, "name": "Project Tracker"}]},
    "list_tables": {"tables": [{"name": "Projects"}, {"name": "Tasks"}]},
    "get_records": {"records": [{"id": "rec1", "fields": {"Title": "Fix the basket"}}]},
}


def config(**more: object) -> types.GenerateContentConfig:
    calling = types.AutomaticFunctionCallingConfig(disable=True)
    options = {"tools": TOOLS, "automatic_function_calling": calling, **more}
    return types.GenerateContentConfig.model_validate(options)


def said(text: str) -> types.Content:
    return types.Content(role="user", parts=[types.Part(text=text)])


def conversation(client: genai.Client, text: str) -> tuple[list[tuple[str, object]], str]:
    """Answer the model's calls until it answers with a text."""
    contents, calls = [said(text)], list[tuple[str, object]]()
    while True:
        answer = client.models.generate_content(model=MODEL, contents=contents, config=config())
        if not answer.function_calls:
            return calls, answer.text or ""
        (call,) = answer.function_calls
        calls.append((call.name or "", call.args))
        assert answer.candidates
        assert answer.candidates[0].content
        contents.append(answer.candidates[0].content)
        given = types.Part.from_function_response(
            name=call.name or "", response={"result": RESULTS[call.name or ""]}
        )
        contents.append(types.Content(role="user", parts=[given]))


def test_records_of_a_named_table_take_two_calls(client: genai.Client) -> None:
    calls, text = conversation(client, f"Show the records of Tasks in base {BASE}")
    assert calls == [
        ("list_tables", {"base_id": BASE}),
        ("get_records", {"base_id": BASE, "table": "Tasks"}),
    ]
    assert text == "The table Tasks has 1 record:\n- Fix the basket"


def test_without_a_base_it_looks_for_one_first(client: genai.Client) -> None:
    calls, text = conversation(client, "List tables, please")
    assert [name for name, _ in calls] == ["list_bases", "list_tables"]
    assert text == "There are 2 tables: Projects, Tasks."


def test_only_declared_functions_are_called(client: genai.Client) -> None:
    answer = client.models.generate_content(model=MODEL, contents="List tables")
    assert answer.function_calls is None
    assert answer.text
    mode = types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode.NONE)
    forbidden = config(tool_config=types.ToolConfig(function_calling_config=mode))
    answer = client.models.generate_content(model=MODEL, contents="List tables", config=forbidden)
    assert answer.function_calls is None


def test_a_function_that_failed_is_reported(client: genai.Client) -> None:
    call = types.Part.from_function_call(name="list_tables", args={"base_id": BASE})
    failed = types.Part.from_function_response(name="list_tables", response={"error": "no base"})
    contents = [
        said(f"list tables of {BASE}"),
        types.Content(role="model", parts=[call]),
        types.Content(role="user", parts=[failed]),
    ]
    answer = client.models.generate_content(model=MODEL, contents=contents, config=config())
    assert answer.text == "That did not work: no base"


def test_tokens_of_thinking_keep_to_the_budget(client: genai.Client) -> None:
    for budget, expected in ((0, None), (5, 5), (1000, THOUGHT)):
        thinking = types.ThinkingConfig(thinking_budget=budget)
        answer = client.models.generate_content(
            model=MODEL, contents="hello", config=config(thinking_config=thinking)
        )
        usage = answer.usage_metadata
        assert usage is not None
        assert usage.thoughts_token_count == expected
        assert usage.total_token_count == sum(
            count or 0
            for count in (usage.prompt_token_count, usage.candidates_token_count, expected)
        )


async def test_a_streamed_answer_comes_in_parts(client: genai.Client) -> None:
    parts = [
        part
        async for part in await client.aio.models.generate_content_stream(
            model=MODEL, contents="one two three four five six", config=config()
        )
    ]
    assert [part.text for part in parts] == ["You said: one two ", "three four five six"]
    candidates = [part.candidates[0] for part in parts if part.candidates]
    assert [each.finish_reason for each in candidates] == [None, types.FinishReason.STOP]
    whole = client.models.generate_content(
        model=MODEL, contents="one two three four five six", config=config()
    )
    assert whole.text == "".join(part.text or "" for part in parts)


def test_a_stream_without_sse_is_a_list(url: str) -> None:
    answer = httpx.post(
        f"{url}/v1beta/models/{MODEL}:streamGenerateContent",
        headers={"x-goog-api-key": "k"},
        json={"contents": [{"parts": [{"text": "hello"}]}]},
    )
    assert [part["candidates"][0]["finishReason"] for part in answer.json()] == ["STOP"]


def test_an_answer_can_be_cut(client: genai.Client) -> None:
    answer = client.models.generate_content(
        model=MODEL, contents="word " * 50, config=config(max_output_tokens=10)
    )
    assert answer.candidates
    assert answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    assert answer.text
    assert len(answer.text) <= 40


def test_models_are_listed_and_tokens_counted(client: genai.Client) -> None:
    assert f"models/{MODEL}" in [model.name for model in client.models.list()]
    assert client.models.get(model=MODEL).output_token_limit == 65536
    assert client.models.count_tokens(model=MODEL, contents="12345678").total_tokens == 2


def test_a_key_is_needed_except_for_health(url: str) -> None:
    bare = httpx.get(f"{url}/v1beta/models", timeout=60)
    assert (bare.status_code, bare.json()["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert httpx.get(f"{url}/health", timeout=60).status_code == 200


def test_with_a_key_of_its_own_it_takes_no_other(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("right-key")
    with (
        served(application(Settings(port=8091, gemini_api_key_file=file))) as url,
        client_of(url, "right-key") as right,
        client_of(url, "wrong-key") as wrong,
    ):
        assert right.models.get(model=MODEL).name == f"models/{MODEL}"
        with pytest.raises(errors.ClientError) as refused:
            wrong.models.get(model=MODEL)
    assert (refused.value.code, refused.value.status) == (400, "INVALID_ARGUMENT")
    assert "API key not valid" in (refused.value.message or "")


def test_while_its_key_is_changed_it_takes_both(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("new-key")
    (tmp_path / "key-also").write_text("old-key")
    with served(application(Settings(port=8091, gemini_api_key_file=tmp_path / "key"))) as url:
        for key in ("new-key", "old-key"):
            with client_of(url, key) as client:
                assert client.models.get(model=MODEL).name == f"models/{MODEL}"


def test_errors_have_googles_shape(client: genai.Client, url: str) -> None:
    with pytest.raises(errors.ClientError) as unknown:
        client.models.generate_content(model="palm-1", contents="hello")
    assert (unknown.value.code, unknown.value.status) == (404, "NOT_FOUND")
    for body in ("{", json.dumps({"contents": []}), json.dumps({"contents": [{"role": "x"}]})):
        answer = httpx.post(
            f"{url}/v1beta/models/{MODEL}:generateContent",
            headers={"x-goog-api-key": "k"},
            content=body,
        )
        assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    nowhere = httpx.get(f"{url}/v1beta/nowhere", headers={"x-goog-api-key": "k"}, timeout=60)
    assert (nowhere.status_code, nowhere.json()["error"]["status"]) == (404, "NOT_FOUND")
