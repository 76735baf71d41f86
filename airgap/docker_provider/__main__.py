"""Run the Docker provider as a plugin of the engine."""

import sys

import grpc

from airgap.plugin_server import serve
from airgap.plugins import version
from airgap.protocol import provider_pb2_grpc

from .server import DockerProvider


def _add(server: grpc.Server, engine: str) -> None:
    provider = DockerProvider(version("docker"), engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)


sys.exit(serve(_add, sys.argv[1:]))
