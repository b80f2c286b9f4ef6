"""The frequency-domain side of modal analysis: segments, their spectra, and the modes in them.

`fdd` is the quick look at a structure under ambient loads: peaks of singular values.  Where forces were
recorded too, `frequency_response` estimates a `FrequencyResponse` with coherence and errors.
"""

from wavefact.spectral.estimation import frequency_response
from wavefact.spectral.fdd import fdd
from wavefact.spectral.response import FrequencyResponse

__all__ = ["FrequencyResponse", "fdd", "frequency_response"]
