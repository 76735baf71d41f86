"""How a release can be returned to, and which one a rollback takes by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ops.exits import Stopped
from ops.records import Records
from ops.returning import Way, backup_after, idle, way_back
from plan.release import Pin, Schema, ServiceRelease

from .kept import both, records, release, version

KNOWN = records(release(3, live=3, idle=2), release(2, live=2), release(1, live=1))


def well(service: str, slot: str) -> bool:
    return True


def there(image: str, ours: bool) -> bool:
    return True


def test_the_version_in_the_idle_slot_is_returned_to_instantly() -> None:
    back = way_back(KNOWN, KNOWN.find("r2"), well, there)
    assert (back.way, back.services) == (Way.INSTANTLY, ("a",))
    assert idle(KNOWN.live, "a", version(2).digest, well) == "green"


def test_an_idle_slot_that_is_not_well_takes_no_traffic() -> None:
    def ill(service: str, slot: str) -> bool:
        return False

    assert way_back(KNOWN, KNOWN.find("r2"), ill, there).way is Way.REDEPLOY
    assert idle(KNOWN.live, "a", version(2).digest, ill) is None


def test_an_older_version_is_deployed_again() -> None:
    assert way_back(KNOWN, KNOWN.find("r1"), well, there).way is Way.REDEPLOY


def test_the_live_release_needs_no_return() -> None:
    assert way_back(KNOWN, KNOWN.find("r3"), well, there).way is Way.LIVE
    assert way_back(KNOWN, KNOWN.find("r1"), well, there, ("other",)).way is Way.LIVE


def test_without_its_image_or_record_a_version_is_gone() -> None:
    gone = way_back(KNOWN, KNOWN.find("r1"), well, lambda image, ours: False)
    assert (gone.way, gone.why) == (Way.NO, "image pyairtable/a:1 is gone")
    bare = replace(KNOWN, containers={})
    assert way_back(bare, bare.find("r1"), well, there).why == "a was not recorded"


def test_an_image_that_is_not_ours_is_asked_for_as_such() -> None:
    theirs = replace(version(1), built=None)
    asked: list[tuple[str, bool]] = []

    def has(image: str, ours: bool) -> bool:
        asked.append((image, ours))
        return True

    old = release(1, live=1)
    services = {"a": ServiceRelease(slot="blue", slots={"blue": theirs})}
    known = records(release(2, live=2), replace(old, services=services))
    assert way_back(known, known.find("r1"), well, has).way is Way.REDEPLOY
    assert asked == [("pyairtable/a:1", False)]


def test_a_schema_that_is_too_new_forbids_the_return() -> None:
    then, now = Schema(revision="0003", oldest="0001"), Schema(revision="0005", oldest="0004")
    known = records(release(2, live=2, idle=1, schema=now), release(1, live=1, schema=then))
    back = way_back(known, known.find("r1"), well, there)
    assert back.way is Way.NO
    assert "0005" in back.why
    kind = replace(now, oldest="0003")
    known = records(release(2, live=2, idle=1, schema=kind), release(1, live=1, schema=then))
    assert way_back(known, known.find("r1"), well, there).way is Way.INSTANTLY


def schemas(*found: tuple[str, str], **first: Any) -> Records:
    """Releases, newest first, with revision and oldest of each; first: of the newest."""
    count = len(found)
    return records(
        *(
            release(
                count - n,
                live=count - n,
                schema=Schema(revision=one, oldest=oldest),
                **(first if n == 0 else {}),
            )
            for n, (one, oldest) in enumerate(found)
        )
    )


def test_programs_that_need_a_newer_schema_are_not_returned_to() -> None:
    known = schemas(("0004", "0001"), ("0005", "0001"))
    back = way_back(known, known.find("r1"), well, there)
    assert (back.way, back.data) == (Way.NO, False)
    assert back.why == "the database is at 0004, and programs of 0005 need that schema"


def test_what_was_returned_to_is_judged_by_the_schema_that_it_was_made_for() -> None:
    pin = Pin(container=version(1), since="", reason="", schema="0002")
    now = Schema(revision="0005", oldest="0003")
    then = release(1, live=1, schema=Schema(revision="0004", oldest="0001"), pins={"a": pin})
    known = records(release(2, live=2, schema=now), then)
    back = way_back(known, known.find("r1"), well, there)
    assert "programs of 0002 cannot work with" in back.why


def test_a_release_of_before_schemas_were_recorded_is_not_refused_for_them() -> None:
    known = records(
        release(2, live=2, schema=Schema(revision="0005", oldest="0005")), release(1, live=1)
    )
    assert way_back(known, known.find("r1"), well, there).way is Way.REDEPLOY


def test_the_data_of_a_release_is_in_the_dump_of_before_the_next_one_that_changed_it() -> None:
    known = records(
        release(5, live=5, backup="late.dump"),
        release(4, live=4),
        release(3, live=3, backup="b.dump"),
        release(2, live=2),
        release(1, live=1, backup="a.dump"),
    )
    expected = {"r1": "b.dump", "r2": "b.dump", "r3": "late.dump", "r4": "late.dump", "r5": None}
    assert {each: backup_after(known, known.find(each)) for each in expected} == expected


def test_where_the_data_can_return_too_the_way_is_open_with_it() -> None:
    known = schemas(("0005", "0005"), ("0004", "0001"), backup="b.dump")
    back = way_back(known, known.find("r1"), well, there)
    assert (back.way, back.data) == (Way.NO, True)


def test_a_rollback_takes_the_release_before_that_ran_something_else() -> None:
    assert KNOWN.before_live()["id"] == "r2"
    same = records(release(3, live=2), release(2, live=2), release(1, live=1))
    assert same.before_live()["id"] == "r1"


def test_a_second_rollback_goes_further_back_and_not_to_what_was_bad() -> None:
    back = release(4, live=2, returned_to="r2")
    known = records(back, release(3, live=3), release(2, live=2), release(1, live=1))
    assert known.before_live()["id"] == "r1"


def test_a_rollback_of_one_service_passes_over_the_releases_of_others() -> None:
    known = records(both(3, a=2, b=2), both(2, a=2, b=1), both(1, a=1, b=1))
    assert known.before_live(("b",))["id"] == "r2"
    assert known.before_live(("a",))["id"] == "r1"
    assert known.before_live(("a", "b"))["id"] == known.before_live()["id"] == "r2"


def test_a_rollback_of_one_service_says_nothing_of_another() -> None:
    back = both(4, a=1, b=2, returned_to="r1")
    older = both(3, a=2, b=2), both(2, a=2, b=1), both(1, a=1, b=1), both(0, a=0, b=0)
    known = records(back, *older)
    assert known.before_live(("a",))["id"] == "r0"
    assert known.before_live(("b",))["id"] == "r2"
    assert known.before_live()["id"] == "r1"


def test_a_rollback_that_is_older_than_the_live_release_counts_too() -> None:
    back = both(3, a=1, b=1, returned_to="r1")
    older = both(2, a=2, b=1), both(1, a=1, b=1), both(0, a=0, b=1)
    known = records(both(4, a=1, b=2), back, *older)
    assert known.before_live(("a",))["id"] == "r0"
    assert known.before_live(("b",))["id"] == "r3"


def test_what_was_bad_twice_is_not_returned_to_either() -> None:
    good, bad = release(1, live=1), release(2, live=2)
    back, again = release(3, live=1, returned_to="r1"), release(4, live=2)
    known = records(release(5, live=1, returned_to="r3"), again, back, bad, good)
    with pytest.raises(Stopped, match="no release before"):
        known.before_live()
    known = records(known.live, again, back, bad, good, release(0, live=0))
    assert known.before_live()["id"] == "r0"


def test_a_rollback_whose_release_is_not_kept_any_more_does_not_lead_to_what_was_bad() -> None:
    known = records(release(4, live=1, returned_to="r1"), release(3, live=3), release(2, live=2))
    with pytest.raises(Stopped, match="no release before"):
        known.before_live()


def test_a_release_that_did_not_have_a_service_is_none_to_return_it_to() -> None:
    known = records(both(2, a=1, b=1), release(1, live=1))
    with pytest.raises(Stopped, match="no release before the live one of b"):
        known.before_live(("b",))


def test_where_nothing_is_before_there_is_no_rollback() -> None:
    with pytest.raises(Stopped, match="no release before"):
        records(release(1, live=1)).before_live()


def test_a_release_is_found_by_the_beginning_of_its_id() -> None:
    with pytest.raises(Stopped, match="more than one"):
        KNOWN.find("r")
    with pytest.raises(Stopped, match=r"no such release is kept\. Kept are r3, r2, r1"):
        KNOWN.find("x")


def test_what_was_not_recorded_cannot_be_deployed_again() -> None:
    assert KNOWN.container(version(1).digest) == version(1)
    with pytest.raises(Stopped, match="is not recorded"):
        KNOWN.container("0000")
