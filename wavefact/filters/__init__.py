"""The filter view: what a wave weight means, as a bank of first-order Butterworth filters.

``W(κ)^{-1/2}`` is the magnitude ``1/√(1 + γ(α − κ)²)`` of a first-order Butterworth band-pass
centred at κ, with half-power points at ``|α − κ| = 1/√γ``; the polar is the largest singular
value over the bank of all of them.  γ always goes with the units of the operator's
eigenvalues, so ask for it as a band in wavenumber.

`bandwidth` goes between γ and a band, `bank` holds the filters of an axis, and `limits` has the
closed forms at γ = 0 and γ → ∞, between which the factorization lies.
"""

from wavefact.filters.bands import Bands
from wavefact.filters.bandwidth import gains, passband, wave_weight_from_bandwidth
from wavefact.filters.bank import FilterBank
from wavefact.filters.limits import FilterErrors, group_lasso, nuclear_norm

__all__ = [
    "Bands",
    "FilterBank",
    "FilterErrors",
    "gains",
    "group_lasso",
    "nuclear_norm",
    "passband",
    "wave_weight_from_bandwidth",
]
