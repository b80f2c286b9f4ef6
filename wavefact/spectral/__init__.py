"""The frequency-domain side of modal analysis: segments, their spectra, and the modes in them.

`fdd` is the quick look at a structure under ambient loads: peaks of singular values.
"""

from wavefact.spectral.fdd import fdd

__all__ = ["fdd"]
