"""Whether a structure changed, with a stated rate of false alarms.

`fit_detector` judges records one by one; charts (`ewma_chart`, `cusum_chart`, `drift_chart`) gather small
evidence over many, `hotelling_test` compares the means of two sets, and `operating_curve` shows what a score
can tell apart.
"""

from wavefact.health.decision.charts import ControlChart, cusum_chart, drift_chart, ewma_chart
from wavefact.health.decision.curve import OperatingCurve, operating_curve
from wavefact.health.decision.detector import Detector
from wavefact.health.decision.means import MeanTest, hotelling_test
from wavefact.health.decision.training import fit_detector

__all__ = [
    "ControlChart",
    "Detector",
    "MeanTest",
    "OperatingCurve",
    "cusum_chart",
    "drift_chart",
    "ewma_chart",
    "fit_detector",
    "hotelling_test",
    "operating_curve",
]
