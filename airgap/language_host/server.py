"""The gRPC side of the language host."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from . import python, run


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python programs for the engine."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._running = run.Running()

    def Handshake(self, request: Any, context: Any) -> Any:
        """Take the engine's address."""
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Return the version of the SDK that programs run on."""
        return plugin_pb2.PluginInfo(version=installed("pulumi"))

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        """Return the plugins that the installed packages ask for."""
        return language_pb2.GetRequiredPackagesResponse(
            packages=[
                plugin_pb2.PackageDependency(
                    name=name, kind="resource", version=f"v{version}", server=server
                )
                for name, version, server in python.plugins()
            ]
        )

    def About(self, request: Any, context: Any) -> Any:
        """Return the interpreter and its version."""
        chosen = self._interpreter(request.info)
        return language_pb2.AboutResponse(executable=chosen, version=python.version(chosen))

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        """Return the installed packages."""
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=name, version=version)
                for name, version in python.dependencies()
            ]
        )

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:
        """Ask nothing: the project names its virtual environment."""
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        """Say that set-up does this, from locked requirements."""
        text = "Dependencies are installed by `make setup`, from locked requirements.\n"
        yield language_pb2.InstallDependenciesResponse(stdout=text.encode())

    def Run(self, request: Any, context: Any) -> Any:
        """Run the program to its end."""
        try:
            command = run.command(request, self._engine)
        except FileNotFoundError as error:
            return language_pb2.RunResponse(error=str(error))
        process = self._running.start(command, request.pwd, run.environment(request))
        context.add_callback(lambda: run.stop(process))
        code = process.wait()
        self._running.done(process)
        if code == run.BAIL:
            return language_pb2.RunResponse(bail=True)
        if code:
            reason = f"program exited with non-zero exit code: {code}"
            return language_pb2.RunResponse(error=reason)
        return language_pb2.RunResponse()

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        """Run a plugin that is written in Python; pass on what it writes and its exit code."""
        variables = os.environ | dict(item.split("=", 1) for item in request.env)
        process = subprocess.Popen(
            [self._interpreter(request.info), "-u", request.program, *request.args],
            cwd=request.pwd,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        context.add_callback(lambda: run.stop(process))
        for name, piece in run.stream(process):
            if name == "stdout":
                yield language_pb2.RunPluginResponse(stdout=piece)
            else:
                yield language_pb2.RunPluginResponse(stderr=piece)
        yield language_pb2.RunPluginResponse(exitcode=process.wait())

    def Cancel(self, request: Any, context: Any) -> Any:
        """Interrupt what runs; kill it after a grace time."""
        self._running.cancel()
        return empty_pb2.Empty()

    def _interpreter(self, info: Any) -> str:
        options = MessageToDict(info.options)
        return python.interpreter(options, Path(info.root_directory or ".")) or sys.executable
