"""Run the gateway: `python -m api_gateway`."""

import os

from pyairtable_shared.app import run

from .app import build
from .settings import Settings

if __name__ == "__main__":
    # The server must not believe X-Forwarded-For by itself: TRUSTED_PROXIES says whom to believe.
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    settings = Settings.from_environment()
    run(build(settings), settings)
