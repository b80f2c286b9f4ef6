"""Methods side by side on one recording: what each makes of it, how well, how fast, in how much memory.

`compare_methods` runs wavefact and any of the baselines, apart from the calling process, and scores them:
against the truth where it is known, and by prediction of what was held out where it is not.
"""

from wavefact.compare.comparison import Comparison, Row
from wavefact.compare.methods import METHODS, Wavefact
from wavefact.compare.run import compare_methods
from wavefact.compare.scores import Scores, denoising_scores, modal_scores

__all__ = [
    "METHODS",
    "Comparison",
    "Row",
    "Scores",
    "Wavefact",
    "compare_methods",
    "denoising_scores",
    "modal_scores",
]
