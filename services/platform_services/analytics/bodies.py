"""What is sent to be counted: events and metrics, single or in batches."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID, uuid4

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

MOST_IN_BATCH = 1000
MOST_PROPERTIES = 8192
MOST_LABELS = 16
_DATE_TIME = "0000-00-00T00:00:00Z"


def _small(value: dict[str, Any]) -> dict[str, Any]:
    try:
        size = len(json.dumps(value, allow_nan=False))
    except ValueError as error:
        raise ValueError("must be plain JSON") from error
    if size > MOST_PROPERTIES:
        raise ValueError(f"may have {MOST_PROPERTIES} characters as JSON")
    return value


def _written(value: object) -> object:
    """Pydantic would read a number as seconds since 1970, too."""
    if isinstance(value, str) and len(value) >= len(_DATE_TIME) and value[10] in "Tt ":
        return value
    raise ValueError(f"must be a time with its offset, as {_DATE_TIME}")


Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.:/-]{0,99}$")]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
Cost = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=13, decimal_places=6)]
Properties = Annotated[dict[str, Any], AfterValidator(_small)]
LabelName = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]{0,63}$")]
LabelValue = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class _Item(BaseModel):
    """What events and metrics share. id: the same one sent again is counted once.

    occurred_at: by default when it is received.
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID = Field(default_factory=uuid4)
    name: Name
    occurred_at: Moment | None = None


class Event(_Item):
    """Something that a user did. cost_usd: what it cost the platform, in US dollars."""

    properties: Properties = Field(default_factory=dict)
    value: Number | None = None
    cost_usd: Cost | None = None


class Metric(_Item):
    """Something that was measured."""

    value: Number
    labels: dict[LabelName, LabelValue] = Field(default_factory=dict, max_length=MOST_LABELS)


class EventBatch(BaseModel):
    """Events that are kept all or none."""

    model_config = ConfigDict(extra="forbid")

    events: list[Event] = Field(min_length=1, max_length=MOST_IN_BATCH)


class MetricBatch(BaseModel):
    """Metrics that are kept all or none."""

    model_config = ConfigDict(extra="forbid")

    metrics: list[Metric] = Field(min_length=1, max_length=MOST_IN_BATCH)


class Accepted(BaseModel):
    """The id of what was taken; duplicate: it was there already."""

    id: UUID
    duplicate: bool


class BatchAccepted(BaseModel):
    """How many were taken, how many were there already, and the ids in the order sent."""

    accepted: int
    duplicates: int
    ids: list[UUID]
