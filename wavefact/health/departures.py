"""How far the shapes of modes are from the healthy ones: what sees damage that frequencies hardly show."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wavefact.health._followers import close_pairs
from wavefact.health._wavenumbers import middle
from wavefact.health.tracks import ModeTracks

__all__ = ["Departures", "angles", "healthy_shapes"]

_LEAST = 1e-4  # angle below which no measured shape can be told from another [rad]
_FEWEST = 20  # records that tell how far healthy shapes scatter
_MEDIAN_OF_SQUARE = 0.455  # of a standard normal number
_VARIED = 0.01  # scatter of a logarithm below which shapes were not measured


@dataclass(frozen=True, eq=False)
class Departures:
    """Hold healthy shapes and how they scatter, to tell how far others are from them.

    A departure has two parts.  Towards the shapes of other modes even healthy shapes scatter much, for noise
    and conditions mix modes; what is left is a form of its own, and small.  Each part is the logarithm of its
    mean square over the usual one, which does not depend on how good the shapes are; it is zero where a shape
    is nearer than usual, which is no sign of damage.  Shapes that are less sure than usual, by their standard
    errors, may be farther off by as much.  Modes whose frequencies are within 2 % mix their shapes at random:
    what lies in their span is no departure.

    Attributes
    ----------
    shapes : (n_points, n_modes) array
        Healthy, of unit norm.
    spans : (n_modes, n_points, n_close) array
        Each mode's own shape and what those of close modes add to it, orthonormal; zero beyond the last.
    directions : (n_modes, n_points, n_directions) array
        Orthonormal ones outside, in which the shapes of other modes lie.
    variances : (n_modes, n_directions) array
        Of healthy shapes along them.
    usual : (2, n_modes) array
        Median logarithm of either mean square of new healthy records.
    errors : (n_modes,) array [rad]
        Usual standard errors of the shapes; NaN where unknown.
    is_judged : (2, n_modes) boolean array
        Which departures can be told: those that vary from record to record, as measured shapes do, in enough
        records.
    """

    shapes: np.ndarray
    spans: np.ndarray
    directions: np.ndarray
    variances: np.ndarray
    usual: np.ndarray
    errors: np.ndarray
    is_judged: np.ndarray

    @classmethod
    def learned(cls, tracks: ModeTracks) -> tuple[Departures, np.ndarray]:
        """Learn from healthy records, and return their own departures too.

        Their shapes are nearer to what was learned of them than new ones are, by (n − 1)/(n + 1) in the mean
        square.
        """
        shapes, errors = tracks.mode_shapes, np.asarray(tracks.shape_errors)
        healthy = healthy_shapes(shapes)
        counts = np.sum(np.isfinite(shapes[:, 0]), axis=0)
        spans, directions = _bases(healthy.real, close_pairs(np.log(tracks.reference_frequencies)))
        offsets = _offsets(shapes, spans)
        along = np.einsum("mpr,npm->nmr", directions, offsets)
        variances = np.nanmedian(along**2, axis=0) / _MEDIAN_OF_SQUARE
        shape = 2, healthy.shape[1]
        new = cls(
            healthy, spans, directions, variances, np.zeros(shape), middle(errors), np.ones(shape, bool)
        )
        logarithms = new._logarithms(offsets, errors) + np.log((counts + 1) / np.maximum(counts - 1, 1))
        usual = np.nanmedian(logarithms, axis=0)
        is_judged = (counts >= _FEWEST) & (np.nanstd(logarithms, axis=0) > _VARIED)
        found = replace(new, usual=usual, is_judged=is_judged)
        return found, found._beyond(logarithms)

    def of(self, tracks: ModeTracks) -> np.ndarray:
        """Return the departures that are judged: towards other modes, then of their own, (n_records, n)."""
        offsets = _offsets(tracks.mode_shapes, self.spans)
        return self._beyond(self._logarithms(offsets, np.asarray(tracks.shape_errors)))

    def _logarithms(self, offsets: np.ndarray, errors: np.ndarray) -> np.ndarray:
        """Return logarithms of both mean squares, (n_records, 2, n_modes), less what poor shapes explain."""
        along = np.einsum("mpr,npm->nmr", self.directions, offsets)
        rest = offsets - np.einsum("mpr,nmr->npm", self.directions, along)
        n_rest = max(self.shapes.shape[0] - self.directions.shape[2] - self.spans.shape[2], 1)
        mixed = np.sum(along**2 / (self.variances + _LEAST**2), axis=2) / max(self.variances.shape[1], 1)
        own = np.sum(rest**2, axis=1) / n_rest
        poorer = np.maximum(np.nan_to_num(errors / self.errors, nan=1.0), 1.0)
        return np.log(np.stack([mixed + _LEAST, own + _LEAST**2], axis=1) / poorer[:, None] ** 2)

    def _beyond(self, logarithms: np.ndarray) -> np.ndarray:
        return np.asarray(np.maximum(logarithms - self.usual, 0.0)[:, self.is_judged])


def healthy_shapes(shapes: np.ndarray) -> np.ndarray:
    """Return medians over records of shapes (n_records, n_points, n_modes), of unit norm and most real."""
    middle = np.nanmedian(shapes.real, axis=0)
    if np.iscomplexobj(shapes):
        middle = middle + 1j * np.nanmedian(shapes.imag, axis=0)
        middle = middle * np.exp(-0.5j * np.angle(np.sum(middle**2, axis=0)))
    return np.asarray(middle / np.linalg.norm(middle, axis=0))


def angles(shapes: np.ndarray, healthy: np.ndarray) -> np.ndarray:
    """Return the angle of each shape from the healthy one, arccos √MAC, (n_records, n_modes) [rad]."""
    along = np.sum(healthy.conj() * shapes, axis=1)
    across = shapes - along[:, None] * healthy  # by what is left, for 1 − MAC loses digits
    return np.asarray(np.arctan2(np.linalg.norm(across, axis=1), np.abs(along)))


def _offsets(shapes: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """Return the real part of what shapes have outside the spans, over the size of what they have inside.

    Stiffness and mass change the real part, where that of the mode's own is real; the rest is noise, and of
    damping.
    """
    inside = np.einsum("mpr,npm->nrm", spans, shapes)
    sizes = np.linalg.norm(inside, axis=1)
    with np.errstate(invalid="ignore"):  # missing ones are NaN
        turned = np.real(shapes * np.exp(-1j * np.angle(inside[:, :1]))) / sizes[:, None]
    return np.asarray(turned - np.einsum("mpr,nrm->npm", spans, np.einsum("mpr,npm->nrm", spans, turned)))


def _bases(healthy: np.ndarray, close: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what close modes span, and where outside the others lie most: at most half of what is left."""
    n_points, n_modes = healthy.shape
    n_close = min(int(np.max(np.sum(close, axis=1))), n_points)
    n_directions = max(min(n_modes - n_close, (n_points - n_close) // 2), 0)
    spans = np.zeros((n_modes, n_points, n_close))
    directions = np.zeros((n_modes, n_points, n_directions))
    for mode in range(n_modes):
        first = np.concatenate([[mode], np.flatnonzero(close[mode] & (np.arange(n_modes) != mode))])
        basis = np.linalg.qr(healthy[:, first[:n_close]])[0]
        spans[mode, :, : basis.shape[1]] = basis * np.sign(basis[:, :1].T @ healthy[:, mode])
        others = healthy[:, ~close[mode]]
        outside = np.linalg.svd(others - basis @ (basis.T @ others), full_matrices=False)[0]
        n_outside = min(n_directions, outside.shape[1])
        directions[mode, :, :n_outside] = outside[:, :n_outside]
    return spans, directions
