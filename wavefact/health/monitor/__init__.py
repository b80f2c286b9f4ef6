"""Monitoring: a folder of recordings that is followed, each of them assessed once and remembered.

`Monitor` follows a `Watch`ed folder and assesses by a `Procedure`; `health_summary` tells what it has found,
and `monitor_history` what in each recording.
"""

from wavefact.health.monitor.alarms import Hook
from wavefact.health.monitor.assessing import Procedure
from wavefact.health.monitor.conditions import Conditions, ConditionsFile
from wavefact.health.monitor.files import Watch
from wavefact.health.monitor.history import MonitorHistory, monitor_history
from wavefact.health.monitor.learning import baseline_of_folder
from wavefact.health.monitor.monitoring import Monitor
from wavefact.health.monitor.progress import Progress, Tally
from wavefact.health.monitor.start_times import start_time
from wavefact.health.monitor.summary import HealthSummary, default_state, health_summary

__all__ = [
    "Conditions",
    "ConditionsFile",
    "HealthSummary",
    "Hook",
    "Monitor",
    "MonitorHistory",
    "Procedure",
    "Progress",
    "Tally",
    "Watch",
    "baseline_of_folder",
    "default_state",
    "health_summary",
    "monitor_history",
    "start_time",
]
