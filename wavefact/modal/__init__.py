"""Modes from components: frequency, damping, shape and wavenumber of a structure's vibration.

`identify` turns a factorization, or a recording with few sensors, into a `ModalModel`; `identify_setups` and
`merge_setups` make one of several measurement setups; `mac` compares mode shapes and `mpc` judges one;
`write_modes` and `read_modes` exchange them with other programs.

One step a file.  Where modes may be: grouping, principal, bands, subspace, stability, residues, search;
tones where time was penalised too.  Which are, and how sure: spectrum, bins, starts, whittle, information,
scoring, then groups, elaboration, fitting, or splitting and resonances for tones, and estimates, span_errors.
For several setups: setup_poles, setup_groups, setup_scale.  Of media that are not uniform, and of waves that
pass by: tone_shapes, then piecewise and segments, or directed_waves.
"""

from wavefact.modal.comparison import ModeComparison, compare_modes
from wavefact.modal.complexity import mcf, mpc, mpd
from wavefact.modal.directed_waves import DirectedWaves, directed_waves
from wavefact.modal.expansion import expand_shapes
from wavefact.modal.export import read_modes, write_modes
from wavefact.modal.identification import identify
from wavefact.modal.model import ModalModel
from wavefact.modal.segments import Segments, segments
from wavefact.modal.settings import IdentificationSettings
from wavefact.modal.setup_poles import identify_setups
from wavefact.modal.setups import merge_setups
from wavefact.modal.similarity import comac, mac, msf
from wavefact.modal.speed_fit import SpeedFit, fit_speed
from wavefact.modal.stability import StabilityLimits
from wavefact.modal.stabilization import PoleGroup, Stabilization, stabilization
from wavefact.modal.wave_speed import WaveSpeed, wave_speed

__all__ = [
    "DirectedWaves",
    "IdentificationSettings",
    "ModalModel",
    "ModeComparison",
    "PoleGroup",
    "Segments",
    "SpeedFit",
    "StabilityLimits",
    "Stabilization",
    "WaveSpeed",
    "comac",
    "compare_modes",
    "directed_waves",
    "expand_shapes",
    "fit_speed",
    "identify",
    "identify_setups",
    "mac",
    "mcf",
    "merge_setups",
    "mpc",
    "mpd",
    "msf",
    "read_modes",
    "segments",
    "stabilization",
    "wave_speed",
    "write_modes",
]
