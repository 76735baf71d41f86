"""The settings of a stack: typed, validated, every problem told at once."""

from .health import HealthOverride, HealthSettings
from .limits import LimitsOverride
from .loading import from_cli, from_pulumi, load
from .problems import Problem, SettingsError
from .release import ReleaseSettings
from .stack import StackSettings

__all__ = [
    "HealthOverride",
    "HealthSettings",
    "LimitsOverride",
    "Problem",
    "ReleaseSettings",
    "SettingsError",
    "StackSettings",
    "from_cli",
    "from_pulumi",
    "load",
]
