"""Reports: results of one structure on one self-contained page, or as a PDF.

`Report` takes results, computes nothing heavy, and leaves out what is not there.  To add a section: one file
in `sections/` with one function, and one line in the table there.
"""

from wavefact.report.health_state import HealthState
from wavefact.report.report import Report

__all__ = ["HealthState", "Report"]
