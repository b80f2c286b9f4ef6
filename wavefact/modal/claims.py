"""Which group of poles a mode stands for, by frequency alone."""

from __future__ import annotations

import numpy as np

from wavefact.modal.model import ModalModel

__all__ = ["nearest_groups"]

_HALF_WIDTHS, _SPREADS = 3.0, 3.0  # of a resonance and of its poles, within which a group is of a mode


def nearest_groups(model: ModalModel, frequencies: np.ndarray, spreads: np.ndarray) -> list[tuple[int, int]]:
    """Return pairs (mode, group), the closest first; none twice, and none beyond its reach.

    Parameters
    ----------
    model : ModalModel
    frequencies, spreads : (n_groups,) arrays [Hz]
        Of groups; a mode reaches as far as its resonance, or as the scatter of the poles of a group.
    """
    widths = np.nan_to_num(model.damping_ratios * model.frequencies)[:, None]
    apart = np.abs(model.frequencies[:, None] - frequencies)
    apart = np.where(apart <= np.maximum(_HALF_WIDTHS * widths, _SPREADS * spreads), apart, np.inf)
    pairs = []
    while apart.size and np.isfinite(np.min(apart)):
        mode, group = np.unravel_index(np.argmin(apart), apart.shape)
        pairs.append((int(mode), int(group)))
        apart[mode], apart[:, group] = np.inf, np.inf
    return pairs
