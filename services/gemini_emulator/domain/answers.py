"""Answers in Gemini's wire format, whole or in parts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from . import tokens
from .conversation import present
from .rules import Answer, answer
from .wire import Ask, FunctionCall

WORDS_A_PART = 4


def parts(ask: Ask, model: str) -> Iterator[dict[str, Any]]:
    """Return the parts of a streamed answer; the last has the finish reason and all tokens."""
    said = answer(present(ask), ask.functions())
    thinking = ask.generation_config.thinking_config
    thought = tokens.of_thoughts(thinking)
    limit = ask.generation_config.max_output_tokens
    pieces = _pieces(said)
    cut = _cut(pieces, limit)
    if thinking.include_thoughts and thought:
        yield _body(ask, model, [{"text": "I look for the rule that fits.", "thought": True}], 0)
    sent = 0
    for number, piece in enumerate(cut, start=1):
        sent += tokens.of_json(piece)
        last = number == len(cut)
        reason = ("STOP" if len(cut) == len(pieces) else "MAX_TOKENS") if last else None
        yield _body(ask, model, [piece], sent, thought, reason)


def whole(ask: Ask, model: str) -> dict[str, Any]:
    """Return an answer in one."""
    found = list(parts(ask, model))
    said = [part for each in found for part in each["candidates"][0]["content"]["parts"]]
    merged: list[dict[str, Any]] = []
    for part in said:
        if merged and "text" in part and merged[-1].keys() == part.keys():
            merged[-1] = {**part, "text": merged[-1]["text"] + part["text"]}
        else:
            merged.append(part)
    body = found[-1]
    body["candidates"][0]["content"]["parts"] = merged
    return body


def _pieces(said: Answer) -> list[dict[str, Any]]:
    if isinstance(said, FunctionCall):
        return [{"functionCall": {"name": said.name, "args": said.args}}]
    words = re.findall(r"\S+\s*", said) or [said]
    groups = [words[at : at + WORDS_A_PART] for at in range(0, len(words), WORDS_A_PART)]
    return [{"text": "".join(group)} for group in groups]


def _cut(pieces: list[dict[str, Any]], limit: int | None) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    sent = 0
    for piece in pieces:
        sent += tokens.of_json(piece)
        if limit is not None and sent > limit and kept:
            break
        kept.append(piece)
    return kept


def _body(
    ask: Ask,
    model: str,
    said: list[dict[str, Any]],
    sent: int,
    thought: int = 0,
    reason: str | None = None,
) -> dict[str, Any]:
    prompt = tokens.of_ask(ask)
    candidate: dict[str, Any] = {"content": {"parts": said, "role": "model"}, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    usage = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": sent,
        "totalTokenCount": prompt + sent + thought,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
    }
    if thought:
        usage["thoughtsTokenCount"] = thought
    return {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": model,
        "responseId": hashlib.sha256(ask.model_dump_json().encode()).hexdigest()[:22],
    }
