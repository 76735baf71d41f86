"""Run the language host as a plugin of the engine."""

import sys

import grpc

from airgap.plugin_server import serve
from airgap.protocol import language_pb2_grpc

from .server import LanguageHost


def _add(server: grpc.Server, engine: str) -> None:
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(engine), server)


if __name__ == "__main__":
    sys.exit(serve(_add, sys.argv[1:]))
