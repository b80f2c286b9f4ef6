"""The frequency-domain side of modal analysis: segments, their spectra, and the modes in them.

`fdd` is the quick look at a structure under ambient loads: peaks of singular values.  Where forces were
recorded too, `frequency_response` estimates a `FrequencyResponse` with coherence and errors, and
`modes_of_response` finds the modes in it.
"""

from wavefact.spectral.estimation import frequency_response
from wavefact.spectral.fdd import fdd
from wavefact.spectral.lscf import modes_of_response
from wavefact.spectral.response import FrequencyResponse

__all__ = ["FrequencyResponse", "fdd", "frequency_response", "modes_of_response"]
