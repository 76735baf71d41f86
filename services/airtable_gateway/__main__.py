"""Run the service: `python -m airtable_gateway`."""

from pyairtable_shared.app import run

from .app import build
from .settings import Settings

if __name__ == "__main__":
    settings = Settings.from_environment()
    run(build(settings), settings)
