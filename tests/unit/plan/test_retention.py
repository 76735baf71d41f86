"""What a kept release names stays, whoever kept it; only what we had marked ever goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from plan.release import Pin, Release
from plan.retention import Retention, Tagged, backups, mark, marks, named, retention

from .test_release import CONTAINER, release

OLD, NEW = "pyairtable/redis:0000000000aa", "pyairtable/redis:0000000000bb"
MARK = {each: f"pyairtable-kept/{each.removeprefix('pyairtable/')}.dev" for each in (OLD, NEW)}
THEIRS = {each: own.replace(".dev", ".prod.eu") for each, own in MARK.items()}


def image(*tags: str, used: bool = False) -> Tagged:
    return Tagged(id=f"sha256:{min(tags)}", tags=tags, used=used)


def wanted(*found: Tagged, keep: Iterable[str] = (NEW,)) -> Retention:
    return retention("dev", found, frozenset(keep))


def test_our_images_have_a_mark_and_those_of_others_have_none() -> None:
    assert mark(OLD, "dev") == MARK[OLD]
    for other in (
        "example.com/redis:1",
        "redis:7",
        "pyairtable/debian:bookworm",
        "pyairtable/redis:1",
        "pyairtable/unknown:0000000000aa",
        "pyairtable-test/redis:0000000000aa",
    ):
        assert mark(other, "dev") is None, other


def test_what_is_kept_is_marked_once() -> None:
    assert wanted(image(NEW)) == Retention(mark={MARK[NEW]: NEW}, remove=())
    assert wanted(image(NEW, MARK[NEW])) == Retention(mark={}, remove=())


def test_what_is_kept_but_not_there_or_not_ours_is_not_marked() -> None:
    found = wanted(image("example.com/x:1"), keep=(NEW, "example.com/x:1"))
    assert found == Retention(mark={}, remove=())


def test_what_we_had_marked_and_no_release_names_goes_its_name_first() -> None:
    assert wanted(image(OLD, MARK[OLD])).remove == (OLD, MARK[OLD])


def test_what_another_stack_keeps_only_loses_our_mark() -> None:
    assert wanted(image(OLD, MARK[OLD], THEIRS[OLD])).remove == (MARK[OLD],)


def test_what_we_had_not_marked_is_not_touched() -> None:
    assert wanted(image(OLD)).remove == ()
    assert wanted(image(OLD, THEIRS[OLD])).remove == ()
    assert wanted(image(OLD, "pyairtable-kept/redis:0000000000aa")).remove == ()


def test_what_a_container_uses_stays_and_is_looked_at_again() -> None:
    assert wanted(image(OLD, MARK[OLD], used=True)).remove == ()


def test_of_two_names_of_one_image_each_is_judged_by_itself() -> None:
    found = wanted(image(OLD, NEW, MARK[OLD], MARK[NEW]))
    assert found == Retention(mark={}, remove=(OLD, MARK[OLD]))
    theirs = wanted(image(OLD, NEW, MARK[OLD], MARK[NEW], THEIRS[NEW]), keep=())
    assert theirs.remove == (OLD, MARK[OLD], MARK[NEW])


def test_a_mark_whose_name_somebody_removed_goes() -> None:
    assert wanted(image(MARK[OLD])).remove == (MARK[OLD],)


def built_again(of: str, *tags: str) -> tuple[Tagged, Tagged]:
    """An image without its name, which one with other content has by now."""
    old = Tagged(id="sha256:1", tags=tags, used=False)
    return old, Tagged(id="sha256:2", tags=(of,), used=False)


def test_the_mark_follows_a_name_that_was_built_again() -> None:
    assert wanted(*built_again(NEW, MARK[NEW])).mark == {MARK[NEW]: NEW}


def test_a_name_that_was_built_again_goes_with_the_mark_unless_another_stack_keeps_it() -> None:
    assert wanted(*built_again(OLD, MARK[OLD])).remove == (OLD, MARK[OLD])
    assert wanted(*built_again(OLD, MARK[OLD], THEIRS[OLD])).remove == (MARK[OLD],)


def test_a_name_that_was_built_again_stays_while_a_container_uses_either() -> None:
    old, new = built_again(OLD, MARK[OLD])
    assert wanted(replace(old, used=True), new).remove == ()
    assert wanted(old, replace(new, used=True)).remove == ()


def test_kept_releases_name_their_services_stores_and_migrations() -> None:
    old = release("1").summary()
    found = named([old], release("2", "pyairtable/a:2"))
    assert found == {
        "pyairtable/a:1",
        "pyairtable/a:2",
        "pyairtable/redis:1",
        "pyairtable/migrations:1",
    }


def test_what_stands_in_the_idle_slot_is_pinned_or_has_no_slot_is_named_too() -> None:
    live = release("2", "pyairtable/a:2")
    service = live.services["a"]
    slots = {**service.slots, "green": replace(CONTAINER, image="pyairtable/a:0")}
    pin = Pin(container=replace(CONTAINER, image="pyairtable/b:1"), since="", reason="")
    both: Release = replace(
        live,
        services={"a": replace(service, slots=slots)},
        pins={"b": pin},
        fixed={"c": replace(CONTAINER, image="c:1")},
    )
    assert named([], both) == {"c:1", "pyairtable/a:0", "pyairtable/a:2", "pyairtable/b:1"}


def test_the_marks_of_a_stack_are_told_from_those_of_others() -> None:
    assert marks([image(OLD, MARK[OLD], THEIRS[OLD]), image(NEW)], "dev") == (MARK[OLD],)
    assert marks([image(OLD, MARK[OLD], THEIRS[OLD])], "prod.eu") == (THEIRS[OLD],)


REFERENCES = [f"pyairtable/redis:{number:012}" for number in range(4)]
STACKS = ("dev", "prod")


@given(
    marked=st.sets(st.tuples(st.sampled_from(REFERENCES), st.sampled_from(STACKS))),
    keep=st.sets(st.sampled_from(REFERENCES)),
    used=st.sets(st.sampled_from(REFERENCES)),
)
def test_whatever_stands_nothing_kept_marked_by_another_or_used_is_removed(
    marked: set[tuple[str, str]], keep: set[str], used: set[str]
) -> None:
    found = [
        Tagged(
            id=each,
            tags=(each, *(str(mark(each, stack)) for of, stack in marked if of == each)),
            used=each in used,
        )
        for each in REFERENCES
    ]
    removed = set(retention("dev", found, keep).remove)
    gone = {each for each in REFERENCES if each in removed}
    assert not gone & (keep | used)
    assert not any((each, "prod") in marked for each in gone)
    assert all((each, "dev") in marked for each in gone)
    assert not any(each.endswith(".prod") for each in removed)


def test_the_dumps_that_kept_releases_name_are_each_named_once() -> None:
    summaries = [{"backup": "b"}, {"backup": None}, {}, {"backup": "a"}, {"backup": "b"}]
    assert backups(summaries) == ("a", "b")
