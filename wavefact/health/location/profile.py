"""Where stiffness was lost, and how much: `StiffnessProfile`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact._runs import runs
from wavefact.errors import InputError

__all__ = ["Region", "StiffnessProfile"]


@dataclass(frozen=True)
class Region:
    """One stretch of a structure that may hold the damage.

    Attributes
    ----------
    low, high : float [m]
        Where the middle of the damage is.
    location : float [m]
        Its mean there.
    probability : float
        That it is there, if one place lost stiffness.
    loss : float
        Mean share of bending stiffness or tension lost, if it is there [-].
    loss_interval : (float, float)
        With the confidence that the region was asked for.

    Examples
    --------
    >>> Region(0.2, 0.3, 0.25, 0.9, 0.1, (0.05, 0.15)).location
    0.25
    """

    low: float
    high: float
    location: float
    probability: float
    loss: float
    loss_interval: tuple[float, float]


@dataclass(frozen=True, eq=False, repr=False)
class StiffnessProfile:
    """Hold the stiffness of a structure relative to its reference state, and one damaged place weighed.

    Two answers to two questions.  `stiffness` asks each segment by itself, whatever the others do.
    `posterior`, `regions` and `damage_probability` suppose that at most one place lost stiffness.

    Attributes
    ----------
    edges : (n_segments + 1,) array [m]
        Where segments begin and end; of parts without a place, half-way between their numbers.
    log_stiffness : (n_segments,) array
        Mean of ln θ, θ the stiffness of the segment over that in the reference.
    covariance : (n_segments, n_segments) array
        Of `log_stiffness`.
    places : (n_places,) array [m]
        Middles of places that are told apart, evenly spaced; numbers of parts without a place.
    losses : (n_losses,) array
        Shares of stiffness lost [-].
    posterior : (n_places, n_losses) array
        Probability of each place and loss, if one place lost stiffness; sums to 1.
    extents, extent_probabilities : (n_extents,) arrays [m], [-]
        Lengths of the place that were tried.
    prior_probability, damage_probability : float
        That one place lost stiffness rather than nothing changed, before and after the data.
    log_bayes_factor : float
        ln of the evidence for one place over that for no change.
    chi_square, unchanged_chi_square : float
        Of the best single place, and of no change; about `n_data` where either holds.
    n_data : int
        Independent numbers that were compared.
    modes : (m,) integer array
        Modes of the reference that were used.
    common_change : float
        Relative change of all frequencies together, as by temperature, beside the best single place [-].

    Examples
    --------
    >>> beam = wf.Beam(19, 0.05)
    >>> f, shapes = np.sqrt(beam.eigenvalues[:4]), beam.basis[:, :4]
    >>> model = wf.ModalModel(f, np.full(4, 0.01), shapes, frequency_errors=0.001 * f)
    >>> same = wf.fit_stiffness(model, model, beam)
    >>> print(same.stiffness[:3].round(3), same.damage_probability < 0.5)
    [1. 1. 1.] True
    """

    edges: np.ndarray
    log_stiffness: np.ndarray
    covariance: np.ndarray
    places: np.ndarray
    losses: np.ndarray
    posterior: np.ndarray
    extents: np.ndarray
    extent_probabilities: np.ndarray
    prior_probability: float
    damage_probability: float
    log_bayes_factor: float
    chi_square: float
    unchanged_chi_square: float
    n_data: int
    modes: np.ndarray
    common_change: float

    @property
    def stiffness(self) -> np.ndarray:
        """Stiffness of each segment over that in the reference, (n_segments,) [-]."""
        return np.exp(self.log_stiffness)

    @property
    def place_probabilities(self) -> np.ndarray:
        """Probability of each place, if one place lost stiffness, (n_places,)."""
        return np.asarray(self.posterior.sum(axis=1))

    @property
    def location(self) -> float:
        """Mean place in the most probable region of 90 % [m]."""
        return self.regions()[0].location

    @property
    def loss(self) -> float:
        """Mean share of stiffness lost, if one place lost stiffness [-]."""
        return float(self.posterior.sum(axis=0) @ self.losses)

    def stiffness_interval(self, confidence: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
        """Return limits that hold each stiffness with this probability, two (n_segments,) arrays.

        Parameters
        ----------
        confidence : float
            Probability, between 0 and 1.

        Returns
        -------
        low, high : numpy.ndarray, shape (n_segments,)
            Stiffness over that of the reference [-].
        """
        from scipy.special import ndtri

        reach = ndtri(0.5 + _checked(confidence) / 2) * np.sqrt(np.diag(self.covariance))
        return np.exp(self.log_stiffness - reach), np.exp(self.log_stiffness + reach)

    def loss_interval(self, confidence: float = 0.9) -> tuple[float, float]:
        """Return limits that hold the loss with this probability, if one place lost stiffness.

        Parameters
        ----------
        confidence : float
            Probability, between 0 and 1.

        Returns
        -------
        low, high : float
            Shares of the stiffness [-].
        """
        return self._interval(self.posterior.sum(axis=0), _checked(confidence))

    def regions(self, confidence: float = 0.9) -> tuple[Region, ...]:
        """Return where the damage is with this probability, most probable first, if one place lost stiffness.

        Together they are the smallest set of places of that probability.  There are several where the data
        cannot tell: frequencies alone do not know left from right of a symmetric structure.

        Parameters
        ----------
        confidence : float
            Probability, between 0 and 1.

        Returns
        -------
        tuple of Region
            The likeliest first.
        """
        probabilities = self.place_probabilities
        falling = np.argsort(-probabilities, kind="stable")
        needed = int(np.searchsorted(np.cumsum(probabilities[falling]), _checked(confidence))) + 1
        inside = np.zeros(probabilities.size, dtype=bool)
        inside[falling[:needed]] = True
        found = [self._region(a, a + n, confidence) for a, n in zip(*runs(inside), strict=True)]
        return tuple(sorted(found, key=lambda region: -region.probability))

    def _region(self, first: int, after: int, confidence: float) -> Region:
        half = float(self.places[1] - self.places[0]) / 2 if self.places.size > 1 else 0.0
        mass = self.posterior[first:after]
        total, losses = float(mass.sum()), mass.sum(axis=0)
        return Region(
            float(self.places[first]) - half,
            float(self.places[after - 1]) + half,
            float(mass.sum(axis=1) @ self.places[first:after]) / total,
            total,
            float(losses @ self.losses) / total,
            self._interval(losses / total, confidence),
        )

    def _interval(self, probabilities: np.ndarray, confidence: float) -> tuple[float, float]:
        width = float(self.losses[1] - self.losses[0])
        edges = np.concatenate([self.losses - width / 2, [self.losses[-1] + width / 2]])
        below = np.concatenate([[0.0], np.cumsum(probabilities)])
        low, high = np.interp([(1 - confidence) / 2, (1 + confidence) / 2], below, edges)
        return float(low), float(high)

    def __str__(self) -> str:
        rows = [
            f"probability that one place lost stiffness {self.damage_probability:.3g} "
            f"(before the data {self.prior_probability:.3g})",
            f"χ² {self.chi_square:.4g} of {self.n_data} with the best place, "
            f"{self.unchanged_chi_square:.4g} with no change; {self.modes.size} modes; "
            f"all frequencies {100 * self.common_change:+.2f} %",
            "if so, where (90 %)     probability  loss of stiffness (90 %)",
        ]
        for r in self.regions():
            place = f"{r.location:.4g} m ({r.low:.4g} to {r.high:.4g})"
            low, high = (100 * limit for limit in r.loss_interval)
            rows.append(f"{place:<24s}{r.probability:11.2f}  {100 * r.loss:.1f} % ({low:.1f} to {high:.1f})")
        return "\n".join(rows)

    def __repr__(self) -> str:
        return f"StiffnessProfile({self.stiffness.size} segments)\n{self}"


def _checked(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence}; give a probability between 0 and 1.")
    return confidence
