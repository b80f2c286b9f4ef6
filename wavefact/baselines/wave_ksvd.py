"""K-SVD whose atoms are pulled towards the wave equation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._components import modes_of_components
from wavefact.baselines._pursuit import pursued
from wavefact.baselines._settings import check_at_least
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.modal.model import ModalModel
from wavefact.noise import noise_floor
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["WaveKSVD"]

_TRIED = ((None, None), (None, 2), (None, 4), (1, None), (3, None), (5, None), (8, None))
_MOST = 20  # atoms that are chosen automatically
_ROUNDS, _STEPS = 15, 3  # of coding and updating; within one update
_ALIKE = 0.99  # product of two unit atoms, from which they are one
_SETTLED = 1e-9


@dataclass(frozen=True)
class WaveKSVD:
    """Write every instant as a sum of few learnt shapes, each nearly a solution of the wave equation.

    Attributes
    ----------
    n_atoms : int or None
        Shapes at most; None for as many as stand out of the noise, up to 20.
    sparsity : int or None
        Shapes at an instant at most; None for all that are stronger than the noise.
    wave_weight : float or None [1/eigenvalue²]
        γ; None for a half-power half-width 1/√γ of the gap between the two lowest eigenvalues.

    Notes
    -----
    Coding is orthogonal matching pursuit, down to amplitudes of σ.  Then, one after the other, each atom d
    and its course x on its instants minimise, with E what the other atoms leave,

        ½‖E − d xᵀ‖² + ½ γ‖x‖² ‖(A − κ) d‖²,   that is   ‖x‖² (I + γ (A − κ)²) d = E x,

    in turns, and d is scaled to unit norm: γ does not depend on the recording's unit.  κ starts at the
    eigenvalue where this is least and ends as the Rayleigh quotient of d.  First atoms are found one by one
    in what is left of the recording, while ‖dᵀR‖ > σ (√m + √Σ_j q_j(κ) + √log n) with
    q_j = 1/(1 + γ (α_j − κ)²).  γ = 0 is K-SVD.  Alternation finds no global optimum.

    References
    ----------
    Tetali, Alguri & Harley, "Wave physics informed dictionary learning in one dimension", IEEE 29th Int.
    Workshop on Machine Learning for Signal Processing (2019), for the idea; weights and stopping are ours.
    Aharon, Elad & Bruckstein, "K-SVD", IEEE Trans. Signal Process. 54 (2006), section IV.

    Examples
    --------
    >>> from wavefact.baselines import WaveKSVD
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = WaveKSVD().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    n_atoms: int | None = None
    sparsity: int | None = None
    wave_weight: float | None = None
    title: ClassVar[str] = "wave-informed K-SVD"
    package: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_at_least(1, n_atoms=self.n_atoms, sparsity=self.sparsity)
        check_at_least(0, wave_weight=self.wave_weight)

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[WaveKSVD]:
        """Return the automatic setting first, and others: without waves, and to much narrower bands."""
        usual = resolving_weight(operator.eigenvalues)
        for wave_weight in (None, 0.0, 1e-2 * usual, 1e2 * usual):
            for n_atoms, sparsity in _TRIED:
                yield WaveKSVD(n_atoms, sparsity, wave_weight)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the sum of the atoms times their courses."""
        atoms, courses, scale = self._learnt(recording, operator)
        return cleaned(recording, operator.synthesize(atoms @ courses), scale)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Take each atom for a mode."""
        atoms, courses, _ = self._learnt(recording, operator)
        return modes_of_components(np.asarray(operator.synthesize(atoms)), courses.T, recording)

    def _learnt(self, recording: Recording, operator: WaveOperator) -> tuple[np.ndarray, np.ndarray, float]:
        """Return atoms (n, N) in the eigenbasis, courses (N, m), and the scale of the courses."""
        signals, scale = scaled_signals(recording)
        waves = np.asarray(operator.analyze(signals))
        noise = noise_floor(waves @ waves.T, waves.shape[1]).deviation
        alphas = operator.eigenvalues
        weight = resolving_weight(alphas) if self.wave_weight is None else self.wave_weight
        atoms = _first_atoms(waves, alphas, weight, noise, self.n_atoms)
        most = self.sparsity or atoms.shape[1]
        courses = pursued(waves, atoms, most, noise)
        for _ in range(_ROUNDS):
            before = atoms
            atoms = _swept(waves, atoms, courses, alphas, weight)
            courses = pursued(waves, atoms, most, noise)
            if atoms.shape == before.shape and np.linalg.norm(atoms - before) < _SETTLED:
                break
        return atoms, courses, scale


def resolving_weight(eigenvalues: np.ndarray) -> float:
    """Return 1/gap², gap the first one between distinct eigenvalues; 0 where there is none."""
    gaps = np.diff(np.sort(eigenvalues))
    gaps = gaps[gaps > 1e-9 * np.max(eigenvalues)]
    return float(gaps[0] ** -2) if gaps.size else 0.0


def updated_atom(
    pull: np.ndarray, eigenvalues: np.ndarray, wave_weight: float, centre: float | None = None
) -> tuple[np.ndarray, float]:
    """Return the atom d that minimises, and its centre κ.

    Parameters
    ----------
    pull : (n,) array
        E x/‖x‖² in the eigenbasis: the atom without wave equation.
    eigenvalues : (n,) array
    wave_weight : float
    centre : float, optional
        κ to start at; None for that eigenvalue with which Σ_j q_j(κ) pull_j² is largest.

    Returns
    -------
    atom : (n,) array
        q_j(κ) pull_j.
    centre : float
        Its Rayleigh quotient, to rounding or 50 turns.
    """
    if centre is None:
        centre = float(eigenvalues[np.argmax(_gains(eigenvalues, wave_weight) @ pull**2)])
    for _ in range(50):
        atom = pull / (1.0 + wave_weight * (eigenvalues - centre) ** 2)
        before, centre = centre, float(eigenvalues @ atom**2 / (atom @ atom))
        if abs(centre - before) <= 1e-12 * abs(centre):
            break
    return pull / (1.0 + wave_weight * (eigenvalues - centre) ** 2), centre


def _gains(eigenvalues: np.ndarray, wave_weight: float) -> np.ndarray:
    """Return q_j(κ), a row for each eigenvalue as κ."""
    return 1.0 / (1.0 + wave_weight * (eigenvalues[:, None] - eigenvalues) ** 2)


def _first_atoms(
    waves: np.ndarray, eigenvalues: np.ndarray, wave_weight: float, noise: float, n_atoms: int | None
) -> np.ndarray:
    """Return atoms (n, N), each from what those before leave of the recording."""
    gram, gains = waves @ waves.T, _gains(eigenvalues, wave_weight)
    n, n_samples = waves.shape
    floor = np.finfo(float).eps * np.trace(gram) * n
    atoms: list[np.ndarray] = []
    for _ in range(min(n_atoms or _MOST, n)):
        energies = np.maximum(np.diag(gram), 0.0)
        best = int(np.argmax(gains @ (energies - noise**2 * n_samples)))
        root = np.sqrt(gains[best])
        powers, vectors = np.linalg.eigh(root[:, None] * gram * root)
        if powers[-1] <= floor:
            break
        atom = root * vectors[:, -1]
        for _ in range(_STEPS):
            atom, _ = updated_atom(gram @ (atom / np.linalg.norm(atom)), eigenvalues, wave_weight)
        atom = atom / np.linalg.norm(atom)
        level = noise * (np.sqrt(n_samples) + np.sqrt(np.sum(gains[best])) + np.sqrt(np.log(n)))
        if n_atoms is None and atom @ gram @ atom <= level**2:
            break
        atoms.append(atom)
        rest = np.eye(n) - np.outer(atom, atom)
        gram = rest @ gram @ rest
    return np.array(atoms).reshape(-1, n).T


def _swept(
    waves: np.ndarray, atoms: np.ndarray, courses: np.ndarray, eigenvalues: np.ndarray, wave_weight: float
) -> np.ndarray:
    """Return the atoms after one update each; those without a course, or like one before, are left out."""
    atoms, courses = atoms.copy(), courses.copy()
    used = np.any(courses != 0.0, axis=1)
    for index in np.flatnonzero(used):
        instants = np.flatnonzero(courses[index])
        others = courses[:, instants].copy()
        others[index] = 0.0
        left = waves[:, instants] - atoms @ others
        course = courses[index, instants]
        for _ in range(_STEPS):
            atom, _ = updated_atom(left @ course / (course @ course), eigenvalues, wave_weight)
            atom = atom / np.linalg.norm(atom)
            course = atom @ left
        atoms[:, index], courses[index, instants] = atom, course
    atoms = atoms[:, used]
    alike = np.any(np.triu(np.abs(atoms.T @ atoms), 1) > _ALIKE, axis=0)
    return atoms[:, ~alike]
