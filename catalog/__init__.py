"""WHAT is deployed: plain data, one file per service or store."""

from .model import Limits, Network, Phase, Secret, Service, Store
from .secrets import SECRETS
from .services import SERVICES
from .stores import STORES

__all__ = [
    "SECRETS",
    "SERVICES",
    "STORES",
    "Limits",
    "Network",
    "Phase",
    "Secret",
    "Service",
    "Store",
]
