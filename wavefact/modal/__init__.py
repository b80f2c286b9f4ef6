"""Modes from components: frequency, damping, shape and wavenumber of a structure's vibration.

`identify` turns a factorization, or a recording with few sensors, into a `ModalModel`; `mac` compares
mode shapes and `mpc` judges one; `write_modes` and `read_modes` exchange them with other programs.  One
step a file: grouping, bands, subspace, stability, residues; and where time was penalised too: tones,
spectrum, bins, starts, whittle, information, scoring, splitting, resonances.
"""

from wavefact.modal.export import read_modes, write_modes
from wavefact.modal.identification import IdentificationSettings, identify
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import mac, mpc
from wavefact.modal.stability import StabilityLimits
from wavefact.modal.wave_speed import WaveSpeed, wave_speed

__all__ = [
    "IdentificationSettings",
    "ModalModel",
    "StabilityLimits",
    "WaveSpeed",
    "identify",
    "mac",
    "mpc",
    "read_modes",
    "wave_speed",
    "write_modes",
]
