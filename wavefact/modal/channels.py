"""What identification works on: a few signals, and the shape on the structure that each stands for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, TypedDict, runtime_checkable

import numpy as np

from wavefact._arrays import Array, to_numpy
from wavefact.errors import InputError
from wavefact.modal.grouping import group_components, independent_channels
from wavefact.modal.principal import Principal, is_compressed
from wavefact.operators._lengths import unit_along, unit_along_fit
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, check_signals

__all__ = [
    "About",
    "Channels",
    "Components",
    "NoisyComponents",
    "TimedComponents",
    "channels_of",
    "rigid_motions",
]

FEWEST_SAMPLES = 64


class About(TypedDict):
    """What is known of the points and the signals, in the words of `ModalModel`."""

    positions: np.ndarray | None
    quantity: str
    unit: str
    names: tuple[str, ...] | None
    length_unit: str


@runtime_checkable
class Components(Protocol):
    """What identification needs of a factorization; `Factorization` has it."""

    @property
    def spatial_factors(self) -> Array:
        """Shapes (n_points, n_components)."""

    @property
    def time_courses(self) -> Array:
        """Time courses (n_samples, n_components)."""

    @property
    def regularization(self) -> float:
        """λ, by which the time courses are shrunk."""

    @property
    def debiased(self) -> bool:
        """Whether they are not, as they were refitted."""

    @property
    def wavenumbers(self) -> Array:
        """Wavenumbers (n_components,) [rad/m]."""

    @property
    def operator(self) -> WaveOperator:
        """The wave equation on the points."""

    @property
    def sampling_rate(self) -> float | None:
        """Samples per second [Hz]."""

    @property
    def quantity(self) -> str:
        """What the signals measured."""

    @property
    def unit(self) -> str:
        """Unit of the signals."""


@runtime_checkable
class TimedComponents(Components, Protocol):
    """What else identification needs where time was penalised, or sensors saw a part; None elsewhere."""

    @property
    def frequencies(self) -> Array | None:
        """Frequencies (n_components,) [Hz]."""

    @property
    def time_bandwidth(self) -> float | None:
        """Half-power bandwidth of the filters that the time courses passed [Hz]."""

    @property
    def projected_courses(self) -> Array | None:
        """Least-squares courses of the recording on the shapes (n_samples, n_components), not filtered."""


@runtime_checkable
class NoisyComponents(Components, Protocol):
    """What tells how sure the shapes of components are; `Factorization` has it."""

    @property
    def eigenvalues(self) -> Array:
        """Centres κ (n_components,)."""

    @property
    def wave_weight(self) -> float:
        """γ of space."""

    @property
    def noise(self) -> float | None:
        """Standard deviation of the recording's noise, where it was estimated."""


@dataclass(frozen=True)
class Channels:
    """Signals and the shape each stands for: the recording is about ``shapes @ signals``.

    Attributes
    ----------
    signals : (n_channels, n_samples) real array, unit variance
    shapes : (n_points, n_channels) array, real or complex
    sampling_rate : float [Hz]
    operator : WaveOperator or None
    positions : (n_points,) or (n_points, n_dims) array [m] or None
    quantity, unit : str
    denoised : bool
        Whether each shape is one of the structure, so that a mode is made of few of them; sensors are not.
    names : tuple of n_points str or None
    length_unit : str
        Of wavenumbers: "m" or "sensor".
    principal : Principal or None
        Of many sensors, the directions that the signals are in.
    """

    signals: np.ndarray
    shapes: np.ndarray
    sampling_rate: float
    operator: WaveOperator | None
    positions: np.ndarray | None
    quantity: str
    unit: str
    denoised: bool
    names: tuple[str, ...] | None = None
    principal: Principal | None = None
    length_unit: str = "m"

    @property
    def about(self) -> About:
        """What is known of the points and the signals."""
        return About(
            positions=self.positions,
            quantity=self.quantity,
            unit=self.unit,
            names=self.names,
            length_unit=self.length_unit,
        )

    def since(self, sample: int) -> Channels:
        """Return the channels from a sample on."""
        return replace(self, signals=self.signals[:, sample:])


def channels_of(source: Components | Recording, operator: WaveOperator | None = None) -> Channels:
    """Bring a factorization or a recording into the form that identification works on.

    Raises
    ------
    InputError
        If there is no sampling rate, too few samples, or the operator is of another size.
    """
    if isinstance(source, Recording):
        check_sizes(operator, source.n_sensors, source.n_samples)
        return _standardized(_real(_of_recording(source, operator)))
    if isinstance(source, Components):
        check_sizes(operator, len(source.spatial_factors), len(source.time_courses))
        return _standardized(_real(_of_components(source, operator)))
    raise InputError(f"identify takes a Factorization or a Recording, not {type(source).__name__}.")


def check_sizes(operator: WaveOperator | None, n_points: int, n_samples: int) -> None:
    """Refuse an operator on other points, and signals that are too short."""
    if operator is not None and operator.n_points != n_points:
        raise InputError(
            f"The operator has {operator.n_points} points, the signals {n_points}; "
            "give an operator on the same points."
        )
    if n_samples < FEWEST_SAMPLES:
        raise InputError(
            f"{n_samples} samples are too few to identify modes; at least {FEWEST_SAMPLES} are needed."
        )


def checked_rate(sampling_rate: float | None) -> float:
    """Return the sampling rate [Hz], or say what is wrong with it."""
    if sampling_rate is None:
        raise InputError(
            "Frequencies need a sampling rate; give sampling_rate (--sampling-rate on the command line)."
        )
    if not (np.isfinite(sampling_rate) and sampling_rate > 0):
        raise InputError(f"The sampling rate must be positive, not {sampling_rate:g} Hz.")
    return float(sampling_rate)


def rigid_motions(operator: WaveOperator) -> np.ndarray:
    """Say which eigenvectors of an operator are rigid motion: eigenvalue zero but for rounding."""
    rounding = 20 * operator.n_points * np.finfo(float).eps
    return np.asarray(operator.eigenvalues <= rounding * operator.eigenvalues.max())


def _of_recording(recording: Recording, operator: WaveOperator | None) -> Channels:
    check_signals(recording, fewest_sensors=1)
    signals = to_numpy(recording.load().signals)
    rate = checked_rate(recording.sampling_rate)
    shapes, principal = np.eye(signals.shape[0]), None
    if is_compressed(signals.shape[0]):
        principal = Principal.of(signals)
        shapes = principal.basis
        signals = shapes.conj().T @ signals
    positions = recording.positions if operator is None else operator.positions
    length = "m" if operator is None else unit_along(operator, recording.positions)
    about = recording.quantity, recording.unit, False, recording.names, principal, length
    return Channels(signals, shapes, rate, operator, positions, *about)


def _of_components(fit: Components, operator: WaveOperator | None) -> Channels:
    operator = fit.operator if operator is None else operator
    factors, courses = to_numpy(fit.spatial_factors), to_numpy(fit.time_courses)
    if not (np.all(np.isfinite(factors)) and np.all(np.isfinite(courses))):
        raise InputError("The components hold NaN or Inf; factorize a recording without them.")
    if isinstance(fit, TimedComponents) and fit.projected_courses is not None:
        courses = to_numpy(fit.projected_courses)
    elif not fit.debiased:
        courses = courses + fit.regularization * (courses @ np.linalg.pinv(factors.conj().T @ factors).T)
    labels = group_components(factors, to_numpy(fit.wavenumbers))
    parts = [
        independent_channels(factors[:, labels == g], courses[:, labels == g]) for g in np.unique(labels)
    ]
    shapes = np.concatenate([factors[:, :0], *(part[0] for part in parts)], axis=1)
    signals = np.concatenate([courses.T[:0], *(part[1] for part in parts)], axis=0)
    if is_compressed(signals.shape[0]):
        basis, triangular = np.linalg.qr(shapes)
        turned = Principal.of(triangular @ signals).basis
        shapes, signals = basis @ turned, turned.conj().T @ (triangular @ signals)
    rate = checked_rate(fit.sampling_rate)
    about = operator.positions, fit.quantity, fit.unit, True, None, None, unit_along_fit(fit, operator)
    return Channels(signals, shapes, rate, operator, *about)


def _real(channels: Channels) -> Channels:
    """Write each complex signal as two real ones, so that one real method serves both."""
    if not np.iscomplexobj(channels.signals):
        return channels
    return replace(
        channels,
        signals=np.concatenate([channels.signals.real, channels.signals.imag]),
        shapes=np.concatenate([channels.shapes, 1j * channels.shapes], axis=1),
    )


def _standardized(channels: Channels) -> Channels:
    """Give all signals unit variance, so that weak ones count; extreme magnitudes go to the shapes."""
    centred = channels.signals - channels.signals.mean(axis=1, keepdims=True)
    peak = np.max(np.abs(centred), axis=1, initial=0.0)
    living = peak > 0
    scaled = centred[living] / peak[living, None]
    spread = scaled.std(axis=1)
    return replace(
        channels,
        signals=scaled / spread[:, None],
        shapes=channels.shapes[:, living] * (peak[living] / np.max(peak, initial=1e-300)) * spread,
    )
