"""As much of a recording as a report looks at."""

from __future__ import annotations

from wavefact.recording import Recording
from wavefact.report._words import duration_text

__all__ = ["excerpt"]

MOST_NUMBERS = 20_000_000  # of signals that are looked at; of longer recordings it is the beginning


def excerpt(whole: Recording) -> tuple[Recording, str]:
    """Return the beginning of a recording, as long as is looked at, and a note where that is not all."""
    n_samples = max(MOST_NUMBERS // whole.n_sensors, 2)
    if n_samples >= whole.n_samples:
        return whole, ""
    span = f"{n_samples:,} samples"
    if whole.sampling_rate is not None:
        span = duration_text(n_samples / whole.sampling_rate)
    return whole.window(0, n_samples), f"Quality, spectrum and levels are those of the first {span}."
