"""The frequency–wavenumber picture: the polar of a recording over frequency and wavenumber.

`frequency_wavenumber` shows standing waves of a structure in the eigenbasis of its operator, and without a
wave equation it is the singular-value plot of frequency domain decomposition, `singular_values`;
`travelling_waves` tells directions apart and steers to any wavenumber, as surface-wave and fibre-optic
surveys need. `dispersion_points` reads dispersion curves from either.
"""

from wavefact.frequency_wavenumber.dispersion import DispersionPoints, dispersion_points
from wavefact.frequency_wavenumber.spectra import FrequencyWavenumberMap, SingularValues, singular_values
from wavefact.frequency_wavenumber.standing import frequency_wavenumber
from wavefact.frequency_wavenumber.travelling import travelling_waves

__all__ = [
    "DispersionPoints",
    "FrequencyWavenumberMap",
    "SingularValues",
    "dispersion_points",
    "frequency_wavenumber",
    "singular_values",
    "travelling_waves",
]
