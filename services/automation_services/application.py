"""The application of automation-services."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.database import MOST_CONNECTIONS, Database
from pyairtable_shared.repeating import Repeating
from pyairtable_shared.service_auth import require_service

from .engine.engine import Engine
from .engine.guard import Guard
from .engine.inside import Inside
from .engine.kinds import Kinds
from .engine.log import ExecutionLog
from .engine.outside import Outside
from .engine.steps import Steps
from .engine.templates import Templates
from .files.processing import Processing
from .files.routes import files_router
from .files.storage import FileStorage
from .files.uploads import Uploads
from .queue.housekeeping import Housekeeping
from .queue.jobs import EXECUTE, EXTRACT, Jobs
from .queue.schedule import Schedule
from .queue.worker import Worker
from .settings import Settings
from .workflows.execution_routes import executions_router
from .workflows.executions import Executions
from .workflows.routes import workflows_router
from .workflows.service import Workflows
from .workflows.storage import WorkflowStorage

NAME = "automation-services"
# The queue has a pool of its own, so that requests cannot keep a worker from its signs of
# life, and one connection beside it that listens for new jobs.
QUEUE_CONNECTIONS = 3
LISTENING = 1


def application(settings: Settings) -> FastAPI:
    """Return the application, with the worker that does its jobs."""
    database = Database(NAME, settings, most=MOST_CONNECTIONS - QUEUE_CONNECTIONS - LISTENING)
    queue = Database(f"{NAME}-queue", settings, most=QUEUE_CONNECTIONS)
    jobs, files = Jobs(), FileStorage(database)
    executions = Executions(database, jobs)
    workflows = Workflows(WorkflowStorage(database), executions, settings.shortest_cron)
    inside = Inside(settings)
    engine = _engine(settings, database, Kinds(Outside(_guard(settings)), inside, files))
    jobs.register(EXECUTE, engine.do)
    jobs.register(EXTRACT, Processing(settings, database, files).do)
    schedule = Schedule(database, executions)
    housekeeping = Housekeeping(settings, database, jobs)
    guarded = APIRouter(dependencies=[Depends(require_service(settings))])
    for router in (
        files_router(files, Uploads(settings, database, files, jobs)),
        workflows_router(workflows),
        executions_router(workflows, executions),
    ):
        guarded.include_router(router)
    return create_app(
        NAME,
        settings,
        routers=[guarded],
        checks={"postgres": database.check},
        resources=[
            database,
            queue,
            inside,
            Worker(settings, queue, jobs),
            Repeating("schedule", settings.scheduler_interval, schedule.round),
            Repeating("housekeeping", settings.housekeeping_interval, housekeeping.round),
        ],
    )


def _guard(settings: Settings) -> Guard:
    return Guard(settings.workflow_allowed_hosts)


def _engine(settings: Settings, database: Database, kinds: Kinds) -> Engine:
    log = ExecutionLog(database)
    return Engine(settings, log, Steps(settings, log, Templates(), kinds))
