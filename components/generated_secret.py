"""GeneratedSecret: a random url-safe text of a given entropy."""

from __future__ import annotations

import pulumi
import pulumi_random as random

from catalog.secrets import characters


class GeneratedSecret(pulumi.ComponentResource):
    """A secret made once and kept, encrypted, in the state.

    A RandomPassword over the 64 url-safe letters rather than RandomBytes: the id of the
    latter is its value, in clear.
    """

    value: pulumi.Output[str]

    def __init__(
        self, name: str, random_bytes: int, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("pyairtable:components:GeneratedSecret", f"{name}-secret", None, opts)
        password = random.RandomPassword(
            name,
            length=characters(random_bytes),
            special=True,
            override_special="-_",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.value = pulumi.Output.secret(password.result)
        self.register_outputs({})
