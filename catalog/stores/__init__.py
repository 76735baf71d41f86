"""One file per store; this index holds them all."""

from .postgres import POSTGRES
from .redis import REDIS

STORES = {store.name: store for store in (POSTGRES, REDIS)}
