"""Local wavenumbers: how fast a wavefield varies at every place of a plate, and what that says of it.

`local_wavenumbers` maps them from a field on a grid (`maps`); `fields` says what is taken for a field, and
`patches` what the waves in one patch are.
"""

from wavefact.local_wavenumber.maps import LocalWavenumbers, local_wavenumbers

__all__ = ["LocalWavenumbers", "local_wavenumbers"]
