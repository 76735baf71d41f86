"""Random values through the real engine: made once, secret where they must be."""

from __future__ import annotations

import json
import re

import bcrypt
import pytest

from .random_harness import Work

PROGRAM = """
password = random.RandomPassword("password", length=80, override_special="-_")
text = random.RandomString("text", length=10, min_numeric=10)
number = random.RandomId("number", byte_length=8, prefix="x-")
pet = random.RandomPet("pet", length=3, prefix="Team")
random.RandomPet("kept", keepers={"of": pulumi.Output.secret("kept-as-a-secret")})
for name, value in {
    "password": password.result, "hash": password.bcrypt_hash, "password_id": password.id,
    "text": text.result, "text_id": text.id, "number_id": number.id, "url": number.b64_url,
    "hex": number.hex, "dec": number.dec, "pet": pet.id,
}.items():
    pulumi.export(name, value)
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """A resource of each kind, made."""
    made = Work.make(tmp_path_factory.mktemp("values"))
    made.up(PROGRAM)
    return made


def test_a_password_is_made_with_its_hash(work: Work) -> None:
    outputs = work.outputs()
    assert re.fullmatch(r"[A-Za-z0-9_-]{80}", outputs["password"])
    assert bcrypt.checkpw(outputs["password"].encode()[:72], outputs["hash"].encode())
    assert outputs["password_id"] == "none"


def test_a_string_an_id_and_a_pet_are_made(work: Work) -> None:
    outputs = work.outputs()
    assert re.fullmatch(r"\d{10}", outputs["text"])
    assert outputs["text_id"] == outputs["text"]
    assert outputs["url"] == f"x-{outputs['number_id']}"
    assert int(outputs["hex"].removeprefix("x-"), 16) == int(outputs["dec"].removeprefix("x-"))
    assert re.fullmatch(r"Team-[a-z]+-[a-z]+-[a-z]+", outputs["pet"])


def test_a_second_update_and_a_refresh_change_nothing(work: Work) -> None:
    before = work.outputs()
    assert "6 unchanged" in work.up()
    assert "6 unchanged" in work.pulumi("refresh", "--yes", "--skip-preview")
    assert "6 unchanged" in work.pulumi("up", "--yes", "--skip-preview", "--refresh")
    assert work.outputs() == before


def test_no_secret_stands_in_the_state_or_in_what_is_shown(work: Work) -> None:
    outputs = work.outputs()
    shown = work.state()
    shown += work.pulumi("preview", "--diff", "--show-sames")
    shown += work.pulumi("stack", "output")
    shown += work.pulumi("stack", "export")
    assert outputs["text"] in shown
    assert outputs["password"] not in shown
    assert outputs["hash"] not in shown
    assert "kept-as-a-secret" not in shown


def test_a_preview_with_a_value_that_is_not_yet_known_works(work: Work) -> None:
    planned = work.plan(
        f"{PROGRAM}\n"
        'other = random.RandomPet("other")\n'
        'random.RandomString("dependent", length=4, keepers={"pet": other.id})\n'
        'random.RandomPet("named", prefix=other.id)\n'
    )
    assert {name: planned[name] for name in ("other", "dependent", "named")} == {
        "other": ["create"],
        "dependent": ["create"],
        "named": ["create"],
    }


@pytest.mark.parametrize(
    ("resource", "given", "property_", "value"),
    [
        ("randomPassword:RandomPassword", "imported-secret", "length", 15),
        ("randomString:RandomString", "hunter22", "result", "hunter22"),
        ("randomId:RandomId", "pre,AQIDBA", "dec", "pre16909060"),
    ],
)
def test_a_value_is_imported(
    resource: str, given: str, property_: str, value: object, work: Work
) -> None:
    name = f"imported-{resource.partition(':')[0]}"
    arguments = ["--yes", "--skip-preview", "--generate-code=false", "--protect=false"]
    work.program(PROGRAM)
    work.pulumi("import", *arguments, f"random:index/{resource}", name, given)
    resources = json.loads(work.pulumi("stack", "export"))["deployment"]["resources"]
    (made,) = [each for each in resources if each["urn"].endswith(f"::{name}")]
    assert made["outputs"][property_] == value
    assert "imported-secret" not in work.state()


def test_a_value_made_elsewhere_can_be_read(work: Work) -> None:
    work.up(f'{PROGRAM}\npulumi.export("read", random.RandomString.get("old", "abc").result)')
    assert work.outputs()["read"] == "abc"


def test_a_pet_cannot_be_imported(work: Work) -> None:
    ended = work.run("import", "--yes", "random:index/randomPet:RandomPet", "lost", "happy-otter")
    assert ended.code != 0
    assert "import" in ended.output


def test_everything_is_destroyed_at_last(work: Work) -> None:
    work.pulumi("destroy", "--yes", "--skip-preview")
    assert '"resources"' not in work.state()
