"""The measured recordings, what is published of them, and how they are prepared: the same for all methods.

They are read from ``../shared/data`` beside the repository, or another folder of the same recordings; each
one's ``SOURCE.md`` says where it is from.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

import wavefact as wf
from wavefact.operators import WaveOperator

__all__ = [
    "BEAM",
    "DATA",
    "FRAME",
    "SETUPS",
    "Curve",
    "MissingRecordingError",
    "Published",
    "beam_hammer",
    "beam_of",
    "camera",
    "frame",
    "published_curve",
    "shots",
]

DATA = Path(__file__).resolve().parents[3] / "../shared/data"
SETUPS = (2, 8, 14)
GEOPHONES = 2.0 * np.arange(24)  # m
OFFSETS = (10, 20)  # of the hammer from the first geophone [m]


class MissingRecordingError(Exception):
    """A recording is not where it is expected; the text says where that is."""


class Published(NamedTuple):
    """Modes of a structure as others published them.

    Attributes
    ----------
    frequencies : (n_modes,) array [Hz]
    damping_ratios : (n_modes,) array [-]
    band : (low, high) [Hz]
        From half the lowest frequency to 15 % above the highest: a mode that is named here and is not
        published counts as another.
    """

    frequencies: np.ndarray
    damping_ratios: np.ndarray

    @property
    def band(self) -> tuple[float, float]:
        """Where other modes are counted."""
        return 0.5 * float(self.frequencies[0]), 1.15 * float(self.frequencies[-1])


FRAME = Published(
    np.array([1.229, 1.436, 2.100, 4.017, 4.769, 6.683, 7.616, 9.664]),
    np.array([0.232, 0.147, 0.130, 0.162, 0.161, 0.190, 0.165, 0.174]) / 100,
)
"""Steel frame of Bauhaus University Weimar: all 15 setups together by PoGER SSI-cov/ref, no shapes printed.

S. Marwitz, V. Zabel et al., Experimental Mechanics 57(8), 2017, 1311-1325; output of the notebook
``scripts/multi_setup_analysis_poger.ipynb`` of github.com/pyOMA-dev/pyOMA, commit c0e17452.
"""

BEAM = Published(np.array([695.0, 1897.6, 2777.3, 3671.2]), np.array([0.47, 0.31, 0.24, 0.20]) / 100)
"""Beam of LADISK, University of Ljubljana: accelerometer and force, LSCF of pyEMA.

K. Zaletelj, D. Gorjup and J. Slavič, "A hands-on tutorial on image-based identification of structural
dynamics", IMAC XXXVIII, 2020; outputs of the notebook in github.com/ladisk/ImageBasedModalAnalysisTutorial,
commit b64232f.  Of the camera it publishes the first two alone, at 695.1 and 1897.9 Hz.
"""


def found(data: Path, path: str) -> Path:
    """Return a file of the folder of recordings.

    Raises
    ------
    MissingRecordingError
        If it is absent.
    """
    file = data.resolve() / path
    if not file.is_file():
        raise MissingRecordingError(f"there is no {file}; say with --data where the recordings are.")
    return file


def frame(data: Path, setup: int, factor: int = 1) -> wf.Recording:
    """Return 240 s of a setup of the steel frame: three lasers and two accelerometers, all as velocities.

    Offsets and trends are removed, accelerations integrated above 0.3 Hz.  The authors leave the sixth column
    out, and decimate 3 × 3, to 28.4 Hz: `factor` 9.
    """
    signals = np.load(found(data, f"steel_frame_3dsldv/measurement_{setup}/measurement_{setup}.npy")).T
    names = tuple(f"laser {laser}" for laser in "lrt")
    lasers = wf.Recording(signals[:3], 256.0, names=names, unit="m/s", quantity="velocity")
    rest = wf.Recording(signals[3:5], 256.0, names=("ref_x", "ref_y"), unit="m/s^2", quantity="acceleration")
    together = wf.stack([wf.detrend(lasers), wf.to_quantity(wf.detrend(rest), "velocity", low=0.3)])
    return together if factor == 1 else wf.decimate(together, factor)


def camera(data: Path, from_impact: bool = False) -> wf.Recording:
    """Return the 15 points of the beam at 15,000 frames per second, without trends.

    Parameters
    ----------
    from_impact : bool
        Begin where the beam moves fastest, 64 frames later: there the hammer strikes.
    """
    signals = np.load(found(data, "beam_highspeed_camera/displacements_lk.npy"))[:, :, 0]
    first = int(np.argmax(np.abs(np.diff(signals, axis=1)).sum(axis=0))) if from_impact else 0
    positions = 8e-5 * (20 + 37 * np.arange(15))  # m; 8e-5 m are one pixel
    recording = wf.Recording(signals, 15_000.0, positions, unit="m", quantity="displacement")
    return wf.detrend(recording.window(first, signals.shape[1]))


def beam_of(recording: wf.Recording) -> WaveOperator:
    """Return the wave equation of the beam at its points, as it hangs: both ends free."""
    return wf.Beam(positions=recording.positions, ends="free")


def beam_hammer(data: Path) -> wf.Recording:
    """Return the accelerometer [g] and the hammer's force [N] of the same beam, at 50 kHz."""
    text = found(data, "beam_highspeed_camera/acceleration.lvm").read_text().replace(",", ".")
    rows = text.split("***End_of_Header***")[2].splitlines()[2:]
    signals = np.array([row.split("\t")[1:3] for row in rows if row.strip()], dtype=float).T
    return wf.Recording(signals, 50_000.0, names=("acceleration", "force"), unit="g")


class Curve(NamedTuple):
    """A dispersion curve with bounds, each (n_wavelengths,) array: wavelengths [m], speeds [m/s]."""

    wavelengths: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def published_curve(data: Path) -> Curve:
    """Return the composite dispersion curve of Øysand, Norway, with its bounds, from 1.9 to 29.6 m.

    E. A. Olafsdottir et al., Geotechnical Testing Journal, 2024; ``examples/Data`` of
    github.com/Mazvel/maswavespy, commit 8ae34e9.  It is the mean of many shots, picked by hand.
    """
    return Curve(*np.loadtxt(found(data, "oysand_masw/Oysand_dc.txt"), skiprows=1).T)


def shots(data: Path) -> list[wf.Recording]:
    """Return two hammer shots at Øysand: 24 geophones 2 m apart, 2.2 s at 1000 Hz, without offsets."""
    files = [found(data, f"oysand_masw/Oysand_dx_2m_x1_{offset}m_forward.dat") for offset in OFFSETS]
    signals = [np.loadtxt(file, skiprows=5).T for file in files]
    return [wf.detrend(wf.Recording(some, 1000.0, GEOPHONES), "constant") for some in signals]
