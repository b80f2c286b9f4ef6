"""The result of a factorization: components, certificate, status; saved and loaded as one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact._tables import card, frame
from wavefact.errors import CorruptFileError, NotCertifiedError
from wavefact.filters import FilterBank
from wavefact.joint_selection import WeightChoice
from wavefact.operators import Time, WaveOperator, operator_from_dict
from wavefact.solution import Certificate, Status, Step
from wavefact.storage import Reserved, load_fields, save_fields

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Factorization"]

KIND = "wavefact-factorization"
ARRAYS = ("spatial_factors", "time_courses", "eigenvalues")
JOINT_ARRAYS = ("time_eigenvalues", "projected_courses")  # where time has a weight, or sensors saw a part
ATTRIBUTES = ("wave_weight", "time_weight", "regularization", "noise", "sampling_rate", "unit", "quantity")
LATER = {
    "debiased": False,
    "highest_wavenumber": None,
    "length_unit": "m",
}  # attributes that older files do not have, and what these were


@dataclass(frozen=True, eq=False, repr=False)
class Factorization:
    """Components of a recording, with the proof that no other components fit better.

    Attributes
    ----------
    spatial_factors : numpy.ndarray, shape (n_points, n_components)
        Shape of each component at the operator's points (d of the model).
    time_courses : numpy.ndarray, shape (n_samples, n_components)
        Time course of each component (x of the model); ``spatial_factors @ time_courses.T``
        is the reconstruction, in the unit of the recording.  Of a result that was computed into a file,
        it stays there (`numpy.memmap`) and slices read what they need.
    eigenvalues : numpy.ndarray, shape (n_components,)
        κ of each component, ascending.
    operator : WaveOperator
    wave_weight, time_weight, regularization : float
        γ of space, γ of time and λ of the objective; γ of time is for the eigenvalues of `time_operator`.
    certificate : Certificate
        Primal, dual and polar, in the recording's unit (squared for primal and dual).
    status : Status
    history : tuple of Step
    noise : float or None
        Estimated standard deviation of the noise, where λ was chosen from it.
    sampling_rate : float or None
        [Hz]
    unit, quantity : str
    time_operator : Time or None
        The time axis, where it has a weight.
    time_eigenvalues : numpy.ndarray, shape (n_components,), or None
        μ of each component, where time has a weight.
    projected_courses : numpy.ndarray, shape (n_samples, n_components), or None
        Least-squares time courses of the recording on the shapes, neither filtered nor shrunk, where time
        has a weight or sensors saw only a part: what damping is to be estimated from.
    debiased : bool
        Whether time courses, or amplitudes where time has a weight, were refitted, so that λ has not shrunk
        them.
    highest_wavenumber : float or None
        Of the eigenvectors that shapes are made of [rad/m], where sensors are few and the weight automatic;
        the certificate is that of such shapes.  None where shapes may be any.
    length_unit : str
        "m", or "sensor" where nobody said where the sensors are: then these count as one apart, and
        wavenumbers are [rad/sensor].
    choice : WeightChoice or None
        Scores of the candidates that automatic weights were chosen from, also where time came out
        with none; not saved.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> signals = np.outer(np.sin(np.pi * np.arange(1, 10) / 10), np.sin(0.3 * np.arange(200)))
    >>> fit = wf.factorize(signals, wf.String(9), wave_weight=10.0, regularization=1.0)
    >>> fit.n_components, fit.reconstruct().shape
    (1, (9, 200))
    """

    spatial_factors: np.ndarray
    time_courses: np.ndarray
    eigenvalues: np.ndarray
    operator: WaveOperator
    wave_weight: float
    time_weight: float
    regularization: float
    certificate: Certificate
    status: Status
    history: tuple[Step, ...] = field(default=())
    noise: float | None = None
    sampling_rate: float | None = None
    unit: str = ""
    quantity: str = ""
    time_operator: Time | None = None
    time_eigenvalues: np.ndarray | None = None
    projected_courses: np.ndarray | None = None
    debiased: bool = False
    highest_wavenumber: float | None = None
    length_unit: str = "m"
    choice: WeightChoice | None = None

    @property
    def n_components(self) -> int:
        """Number of components."""
        return int(self.spatial_factors.shape[1])

    @property
    def frequency_unit(self) -> str:
        """Unit of frequencies: "Hz", or "cycles/sample" where the sampling rate is unknown."""
        return "Hz" if self.sampling_rate else "cycles/sample"

    @property
    def wavenumbers(self) -> np.ndarray:
        """Wavenumber of each component, shape (n_components,) [rad/m], or as `length_unit` says."""
        return np.asarray(self.operator.wavenumber(np.maximum(self.eigenvalues, 0.0)))

    @property
    def frequencies(self) -> np.ndarray | None:
        """Frequency of each component, shape (n_components,) [Hz], where time is penalised, else None.

        In cycles per sample where the sampling rate is unknown.
        """
        if self.time_operator is None or self.time_eigenvalues is None:
            return None
        return np.asarray(self.time_operator.frequency(np.maximum(self.time_eigenvalues, 0.0)))

    @property
    def time_bandwidth(self) -> float | None:
        """Half-power bandwidth of the filters over time [Hz], where it is the same everywhere, else None."""
        if self.time_operator is None or self.time_operator.order != 1:
            return None
        return self.time_operator.bandwidth(self.time_weight)

    @property
    def filters(self) -> FilterBank:
        """The filter over space of each component: centre, half-power points [rad/m], gains."""
        eigenvalues, unit = np.maximum(self.eigenvalues, 0.0), f"rad/{self.length_unit}"
        return FilterBank(self.operator, self.wave_weight, eigenvalues, unit)

    @property
    def time_filters(self) -> FilterBank | None:
        """The filter over time of each component, with its band in Hz, where time is penalised, else None.

        In cycles per sample where the sampling rate is unknown.
        """
        if self.time_operator is None or self.time_eigenvalues is None:
            return None
        eigenvalues = np.maximum(self.time_eigenvalues, 0.0)
        return FilterBank(self.time_operator, self.time_weight, eigenvalues, self.frequency_unit)

    def reconstruct(self) -> np.ndarray:
        """Return the sum of all components, shape (n_points, n_samples), in `unit`.

        Returns
        -------
        numpy.ndarray, shape (n_points, n_samples)
            In `unit`.
        """
        return np.asarray(self.spatial_factors @ self.time_courses.T)

    def require_certified(self) -> Factorization:
        """Return the factorization itself, or raise `NotCertifiedError` with the reason.

        Returns
        -------
        Factorization
            Itself.

        Raises
        ------
        NotCertifiedError
            If the gap that was asked for has not been proven.
        """
        if self.status is not Status.CERTIFIED:
            raise NotCertifiedError(f"{self.status.value} Relative gap: {self.certificate.gap:.1e}.")
        return self

    def save(self, path: str | Path, reserved: Mapping[str, Reserved] | None = None) -> None:
        """Write the factorization to an HDF5 file; an existing file is replaced once all is written.

        `reserved` are arrays that are only given their place in the file, to be written later.

        Parameters
        ----------
        path : path
            Of the file, HDF5.
        reserved : mapping of str to Reserved, optional
            Arrays that are only given their place in the file, to be written later.
        """
        arrays = {name: getattr(self, name) for name in (*ARRAYS, *JOINT_ARRAYS)} | dict(reserved or {})
        arrays["history"] = np.asarray([astuple(step) for step in self.history], dtype=float)
        attributes = {name: getattr(self, name) for name in (*ATTRIBUTES, *LATER)}
        attributes |= {"operator": self.operator.to_dict(), "status": self.status.name}
        attributes["time_operator"] = None if self.time_operator is None else self.time_operator.to_dict()
        save_fields(Path(path), KIND, arrays, attributes | {"certificate": asdict(self.certificate)})

    @staticmethod
    def load(path: str | Path) -> Factorization:
        """Read a factorization that `save` has written.

        Returns
        -------
        Factorization
            Time courses that were written block by block are mapped, not read.

        Raises
        ------
        CorruptFileError
            If fields are missing or do not fit together.
        """
        arrays, attributes = load_fields(Path(path), KIND)
        try:
            fields = {name: arrays[name] for name in ARRAYS} | {name: attributes[name] for name in ATTRIBUTES}
            fields |= {name: attributes.get(name, before) for name, before in LATER.items()}
            return Factorization(
                **fields,
                time_eigenvalues=arrays.get("time_eigenvalues"),
                projected_courses=arrays.get("projected_courses"),
                operator=operator_from_dict(attributes["operator"]),
                time_operator=_time_operator(attributes.get("time_operator")),
                certificate=Certificate(**attributes["certificate"]),
                status=Status[attributes["status"]],
                history=tuple(_step(row) for row in arrays["history"].tolist()),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptFileError(f"{path} is damaged or incomplete: {error}.") from error

    def to_pandas(self) -> DataFrame:
        """Return a pandas table of one row a component, from component 1.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        MissingPackageError
            If pandas is not installed.
        """
        return frame(self._values(), range(1, self.n_components + 1), "component")

    def _values(self) -> dict[str, np.ndarray]:
        """Return what there is to tell of each component, (n_components,) each, under its title."""
        values = {f"wavenumber [rad/{self.length_unit}]": self.wavenumbers}
        if self.frequencies is not None:
            values[f"frequency [{self.frequency_unit}]"] = self.frequencies
        if not isinstance(self.time_courses, np.memmap):  # one in a file may be of any length
            energies = np.sum(np.abs(self.spatial_factors) ** 2, axis=0)
            energies = energies * np.sum(np.abs(self.time_courses) ** 2, axis=0)
            values["energy [%]"] = 100 * energies / max(float(np.sum(energies)), np.finfo(float).tiny)
        return values

    def __repr__(self) -> str:
        return (
            f"Factorization({self.n_components} components, {len(self.spatial_factors)} points × "
            f"{len(self.time_courses)} samples, relative gap {self.certificate.gap:.1e}, {self.status.name})"
        )

    def _repr_html_(self) -> str:
        title = f"Factorization: {self.n_components} component{'' if self.n_components == 1 else 's'}"
        sizes = f"{len(self.spatial_factors)} points × {len(self.time_courses)} samples"
        certificate = f"relative gap {self.certificate.gap:.1e}"
        columns = [[name, *(f"{value:.4g}" for value in values)] for name, values in self._values().items()]
        numbers = ["component", *(str(i + 1) for i in range(self.n_components))]
        return card(title, [sizes, certificate, self.status.value], [numbers, *columns])


def _time_operator(fields: dict[str, Any] | None) -> Time | None:
    operator = None if fields is None else operator_from_dict(fields)
    if operator is not None and not isinstance(operator, Time):
        raise ValueError(f"the time axis is a {type(operator).__name__}")
    return operator


def _step(row: list[float]) -> Step:
    return Step(int(row[0]), int(row[1]), row[2], row[3], row[4], row[5], bool(row[6]))
