"""The instances that the laws in tests/laws run over; asymmetric ones on purpose."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import foreign_files
import foreign_traces
import numpy as np
import pytest

from wavefact.baselines import BASELINES as ALL_BASELINES
from wavefact.health.indicators import INDICATORS as ALL_INDICATORS
from wavefact.io import FORMATS as ALL_FORMATS
from wavefact.modal import ModalModel
from wavefact.operators import Beam, FiniteElement, Graph, Media, Membrane, Plate, SteppedBeam, String, Time
from wavefact.recording import Recording
from wavefact.solvers import SOLVERS as ALL_SOLVERS

UNEVEN = [0.31, 0.0, 0.12, 0.55, 0.91, 0.66, 1.2]
"""Sensor positions [m] as they come: unequal gaps, no order."""

CHAIN = np.array(
    [[5.0, -2.0, 0.0, -1.0], [-2.0, 7.0, -4.0, 0.0], [0.0, -4.0, 4.0, 0.0], [-1.0, 0.0, 0.0, 1.5]]
)
"""Stiffness [N/m] of four masses in a row with a branch, held at the first."""

OPERATORS = [
    pytest.param(String(9, 0.5), id="string-fixed"),
    pytest.param(String(8, 0.1, ends="free"), id="string-free"),
    pytest.param(String(7, 2.0, ends="fixed-free"), id="string-fixed-free"),
    pytest.param(String(10, 0.3, ends="free-fixed"), id="string-free-fixed"),
    pytest.param(String(9, ends="periodic"), id="string-periodic-odd"),
    pytest.param(String(6, 0.2, ends="periodic"), id="string-periodic-even"),
    pytest.param(String(2, ends="free"), id="string-two-points"),
    pytest.param(String(63, 0.01), id="string-fast"),
    pytest.param(String(16, ends="periodic"), id="string-periodic-fast"),
    pytest.param(String(37, ends="free-fixed"), id="string-mixed-fast"),
    pytest.param(String(ends="fixed-free", positions=[0.9, 0.7, 0.5, 0.3, 0.1]), id="string-descending"),
    pytest.param(String(positions=UNEVEN), id="string-uneven-fixed"),
    pytest.param(String(positions=UNEVEN, ends="free-fixed", span=(-0.5, 1.3)), id="string-uneven-span"),
    pytest.param(String(positions=UNEVEN, ends="periodic"), id="string-uneven-periodic"),
    pytest.param(
        Media(9, 0.5, "free-fixed", speeds=[2.0, 5.0, 3.0], boundaries=[0.9, 3.1], tensions=[1.0, 4.0, 2.5]),
        id="media",
    ),
    pytest.param(Media(positions=UNEVEN, ends="periodic", speeds=[3, 1, 2, 5, 4, 2, 7]), id="media-by-point"),
    pytest.param(Beam(9, 0.5), id="beam-pinned"),
    pytest.param(Beam(8, ends="guided"), id="beam-guided"),
    pytest.param(Beam(7, 0.4, ends="guided-pinned"), id="beam-guided-pinned"),
    pytest.param(Beam(8, 0.1, ends="clamped-free"), id="beam-clamped-free"),
    pytest.param(Beam(6, ends="free"), id="beam-free"),
    pytest.param(Beam(positions=UNEVEN, ends="pinned-clamped", span=(-0.2, 1.25)), id="beam-uneven"),
    pytest.param(Beam(positions=UNEVEN, ends="guided-free"), id="beam-uneven-rigid"),
    pytest.param(
        SteppedBeam(9, 0.5, "clamped-pinned", stiffnesses=[2.0, 0.7, 1.3], boundaries=[0.9, 3.1]),
        id="stepped-beam",
    ),
    pytest.param(
        SteppedBeam(positions=UNEVEN, ends="guided-free", stiffnesses=[1, 3], boundaries=[0.4]),
        id="stepped-beam-uneven",
    ),
    pytest.param(Membrane((4, 7), (0.1, 0.25), ("fixed", "free-fixed")), id="membrane"),
    pytest.param(Membrane((3, 2, 5), 0.5, ("periodic", "free", "fixed")), id="membrane-3d"),
    pytest.param(Plate((5, 3), (0.2, 0.3), ("pinned", "pinned-guided")), id="plate"),
    pytest.param(
        Graph([(0, 1), (1, 2), (2, 4), (1, 3)], weights=[1.0, 0.5, 3.0, 2.0], n_points=6), id="graph"
    ),
    pytest.param(Time(11, 50.0), id="time"),
    pytest.param(Time(8, 0.5, order=1), id="time-one-way"),
    pytest.param(FiniteElement(CHAIN, mass=[1.0, 2.0, 0.5, 0.1]), id="finite-element"),
]


BASELINES = [pytest.param(baseline, id=name) for name, baseline in ALL_BASELINES.items()]

FORMATS = list(ALL_FORMATS)

HOLDS_ALL = {"hdf5", "netcdf", "npz", "parquet", "text"}
"""Formats that keep every field of a recording, and every type of numbers; damage to them is noticed."""

FOREIGN_FILES: dict[str, Callable[[Path], Recording]] = {
    "das": foreign_traces.das,
    "miniseed": foreign_traces.miniseed,
    "netcdf": foreign_traces.netcdf,
    "parquet": foreign_traces.parquet,
    "sac": foreign_traces.sac,
    "seg2": foreign_traces.seg2,
    "segy": foreign_traces.segy,
    "uff": foreign_files.universal,
    "lvm": foreign_files.labview,
    "matlab": foreign_files.matlab,
    "tdms": foreign_files.tdms,
    "wav": foreign_files.wav,
}
"""By format: write a file as other programs do, and return what it holds; needed where we only read."""

INDICATORS = [pytest.param(indicator(), id=name) for name, indicator in ALL_INDICATORS.items()]

N_DAMAGED, DAMAGED_AT = 24, 0.32
"""Points of the structures of `damaged`, and where these lose stiffness, as a share of their length."""

DAMAGED_OPERATORS = {
    "beam": Beam(N_DAMAGED, 2.0 / (N_DAMAGED + 1)),
    "string": String(N_DAMAGED, 2.0 / (N_DAMAGED + 0.5), ends="fixed-free"),
}


def damaged(name: str, loss: float, noise: float = 0.0, rng: np.random.Generator | None = None) -> ModalModel:
    """Return four modes of a structure of 2 m that has lost stiffness over a tenth of it.

    `noise` is the standard error of frequencies, relative to each, and of the entries of shapes, relative to
    the largest; `rng` draws them, and without it they are known but zero.
    """
    operator = DAMAGED_OPERATORS[name]
    n, h, places = N_DAMAGED, operator.spacing, operator.positions / 2.0
    if name == "beam":  # moments at the points
        strains = (2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)) / h**2
    else:  # forces in the gaps before the points
        strains, places = (np.eye(n) - np.eye(n, k=-1)) / h, places - h / 4
    stiffness = 1.0 - loss * (np.abs(places - DAMAGED_AT) <= 0.05)
    squares, shapes = np.linalg.eigh(strains.T @ (stiffness[:, None] * strains))
    shapes, frequencies = shapes[:, :4] / np.max(np.abs(shapes[:, :4]), axis=0), np.sqrt(squares[:4])
    errors = {"frequency_errors": noise * frequencies, "shape_errors": np.full(shapes.shape, noise)}
    if rng is not None:
        frequencies = frequencies * (1 + noise * rng.standard_normal(4))
        shapes = shapes + noise * rng.standard_normal(shapes.shape)
    return ModalModel(frequencies, np.full(4, 0.01), shapes, positions=operator.positions, **errors)


_NEEDED = {"convex": "cvxpy"}
SOLVERS = [
    pytest.param(
        solver(),
        id=name,
        marks=pytest.mark.skipif(
            name in _NEEDED and find_spec(_NEEDED[name]) is None, reason=f"{name} needs a package"
        ),
    )
    for name, solver in ALL_SOLVERS.items()
]


def recordings() -> dict[str, Recording]:
    """Return recordings that differ in what they hold and in the type of their numbers."""
    rng = np.random.default_rng(7)
    shape = (3, 11)
    signals = rng.standard_normal(shape) * 10.0 ** rng.integers(-300, 300, shape)
    counts = rng.integers(-(2**15), 2**15, shape)
    names = ("Mast, Süd", 'say "x"', "加速度 3")
    return {
        "full": Recording(
            rng.standard_normal(shape),
            sampling_rate=1000.0 / 3.0,
            positions=[0.1, 0.25, 1.0 / 3.0],
            names=names,
            unit="µm/s²",
            quantity="velocity",
            metadata={"site": "Größe\n2", "run": 3, "temperature": 20.5, "serial": 2**70, "µ": ""},
        ),
        "bare": Recording(signals),
        "complex": Recording(signals + 1j * signals[::-1], sampling_rate=50.0),
        "complex64": Recording((counts - 1j * counts[::-1]).astype(np.complex64) / np.float32(3.0)),
        "float32": Recording(rng.standard_normal(shape).astype(np.float32), names=("time", "1", "")),
        "float16": Recording(rng.standard_normal(shape).astype(np.float16)),
        "int16": Recording(counts.astype(np.int16), positions=rng.standard_normal((3, 2)), unit="g"),
        "int64": Recording(counts * (2**48 + 1), positions=rng.standard_normal((3, 3))),
        "uint64": Recording(np.array([[2**64 - 1, 0, 3], [5, 2**63, 1]], dtype=np.uint64)),
        "big-endian": Recording(signals.astype(">f8"), sampling_rate=0.25),
        "one sensor": Recording(rng.standard_normal((1, 4)), names=("",), quantity="strain"),
        "more sensors than samples": Recording(rng.standard_normal((7, 2)), sampling_rate=2.0),
    }
