"""Run the service: `python -m llm_orchestrator`."""

from pyairtable_shared.app import run

from .application import application
from .settings import Settings

if __name__ == "__main__":
    settings = Settings.from_environment()
    run(application(settings), settings)
