"""Serve user-service."""

from pyairtable_shared.app import run
from pyairtable_shared.settings import ServiceSettings

from .application import application

settings = ServiceSettings.from_environment()
run(application(settings), settings)
