"""The gRPC side of the language host."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2

from airgap.protocol import language_pb2, language_pb2_grpc, plugin_pb2

from . import run
from .install import steps
from .packages import dependency
from .processes import Processes, ending
from .python import InterpreterError
from .streams import pieces

# The program has logged the reason of its failure itself.
BAIL = 32
INSTALLED = Path(__file__).with_name("installed.py")


def _told(method: Callable[..., Any]) -> Callable[..., Any]:
    """Give the caller the text of what is wrong with the Python, or of why it does not start."""

    @wraps(method)
    def wrapper(self: LanguageHost, request: Any, context: Any) -> Any:
        try:
            return method(self, request, context)
        except (InterpreterError, OSError, subprocess.CalledProcessError) as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, _reason(error))

    return wrapper


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python programs for the engine."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._processes = Processes()

    def Handshake(self, request: Any, context: Any) -> Any:
        """Take the engine's address."""
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Return the version of the SDK that this host was written for."""
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    @_told
    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        """Return the plugins that the program's installed packages ask for."""
        found = _installed(request.info, "plugins")
        return language_pb2.GetRequiredPackagesResponse(packages=map(dependency, found))

    @_told
    def About(self, request: Any, context: Any) -> Any:
        """Return the interpreter and its version."""
        return language_pb2.AboutResponse(
            executable=run.python_of(request.info).executable,
            version=_installed(request.info, "version"),
        )

    @_told
    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        """Return the installed packages: those that no other requires, or all of them."""
        question = "all" if request.transitiveDependencies else "direct"
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=name, version=number)
                for name, number in _installed(request.info, question)
            ]
        )

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:
        """Ask nothing: there is one toolchain."""
        return language_pb2.RuntimeOptionsResponse()

    def Template(self, request: Any, context: Any) -> Any:
        """Change nothing: the one toolchain takes requirements.txt as it is."""
        return language_pb2.TemplateResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        """Install what the program asks for; pass on what the installers write."""
        try:
            for command in steps(request.info):
                yield from self._install(command, request.info, context)
        except (InterpreterError, OSError, subprocess.CalledProcessError) as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, _reason(error))

    @_told
    def Run(self, request: Any, context: Any) -> Any:
        """Run the program to its end."""
        if request.attach_debugger:
            return language_pb2.RunResponse(
                error="This language host cannot attach a debugger; leave --attach-debugger out."
            )
        python = run.python_of(request.info)
        command = run.command(python, request, self._engine)
        options = {"cwd": request.pwd or None, "env": run.environment(python, request)}
        with self._processes.started(command, context, **options) as process:
            code = process.wait()
        error = "" if code in (0, BAIL) else ending(code)
        return language_pb2.RunResponse(error=error, bail=code == BAIL)

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        """Run a plugin that is written in Python; pass on what it writes and its exit code."""
        try:
            python = run.python_of(request.info)
            yield from self._streamed(
                run.plugin_command(python, request),
                context,
                cwd=request.pwd or None,
                env=run.plugin_environment(python, request),
            )
        except (InterpreterError, OSError) as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, _reason(error))

    def Cancel(self, request: Any, context: Any) -> Any:
        """Interrupt what runs; what does not end within the grace time is killed."""
        self._processes.cancel()
        return empty_pb2.Empty()

    def _streamed(self, command: list[str], context: Any, **options: Any) -> Iterator[Any]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with self._processes.started(command, context, **pipes, **options) as process:
            for name, piece in pieces(process):
                yield (
                    language_pb2.RunPluginResponse(stdout=piece)
                    if name == "stdout"
                    else language_pb2.RunPluginResponse(stderr=piece)
                )
            yield language_pb2.RunPluginResponse(exitcode=process.wait())

    def _install(self, command: list[str], info: Any, context: Any) -> Iterator[Any]:
        folder = info.program_directory or None
        for piece in self._streamed(command, context, cwd=folder):
            if not piece.HasField("exitcode"):
                yield language_pb2.InstallDependenciesResponse(
                    stdout=piece.stdout, stderr=piece.stderr
                )
            elif piece.exitcode:
                raise subprocess.CalledProcessError(piece.exitcode, command)


def _installed(info: Any, question: str) -> Any:
    executable = run.python_of(info).executable
    done = subprocess.run(
        [executable, str(INSTALLED), question], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def _reason(error: Exception) -> str:
    if not isinstance(error, subprocess.CalledProcessError):
        return str(error)
    wrote = (error.stderr or "").strip().rpartition("\n")[-1]
    command = " ".join(map(str, error.cmd))
    return f"`{command}` ended with exit code {error.returncode}. {wrote}".rstrip()
