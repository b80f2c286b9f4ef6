"""Which mode of one recording is which of the next: `track_modes`, and `follow` as recordings come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from wavefact.errors import InputError
from wavefact.health._doubles import doubles
from wavefact.health._followers import assigned
from wavefact.health._jumps import moved_together
from wavefact.health._local_level import local_variances
from wavefact.health._poles import Poles, gathered
from wavefact.health._recurring import Recurring, medians, recurring
from wavefact.health._sweeps import followed, starting, tracked
from wavefact.health._wavenumbers import differ, middle
from wavefact.health.tracks import PER_RECORD, ModeTracks
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import pair_modes, unit_shapes

__all__ = ["follow", "track_modes"]

_SAME_SHAPE = 0.9  # MAC from which a pole is a mode that jumped
_FEWER = 2  # times fewer recordings are enough for a cluster to be tried as a mode


def track_modes(
    models: Sequence[ModalModel],
    times: ArrayLike | None = None,
    reference: ModalModel | None = None,
    *,
    tolerance: float = 0.02,
    min_detection_rate: float = 0.1,
) -> ModeTracks:
    """Follow the modes of one structure through many recordings.

    Parameters
    ----------
    models : sequence of ModalModel
        Of each recording, on the same points, in order of time; they may lack modes or hold spurious ones.
    times : (n_records,) array, optional [s]
        When each recording was made, rising; by default 0, 1, 2, …
    reference : ModalModel, optional
        The modes to follow; by default those that recur.
    tolerance : float
        How far the frequency of a mode may be from what recordings before and after tell [-].  Slow changes,
        of temperature say, may be larger.
    min_detection_rate : float
        Without a reference, a mode has to be found in this share of the recordings.

    Returns
    -------
    ModeTracks
        By rising frequency, or in the order of the reference.

    Raises
    ------
    InputError
        If sizes do not match, a frequency is not positive, times do not rise, or no mode recurs.

    Notes
    -----
    The logarithm of each frequency is a slowly wandering level, followed by a Kalman filter from the first
    recording to the last and from the last to the first; both predictions together, which know nothing of the
    recording itself, say where each mode should be.  Poles are given to modes by the least total cost in
    frequency, shape and, where known, wavenumber (`scipy.optimize.linear_sum_assignment`), unless they are
    likelier to be spurious.  Modes closer than 2 % share the span of their shapes: a mixture of both is no
    evidence against either.  All scatters are estimated from the tracks, in three rounds.  So is what
    standard errors of frequencies are worth: where poles scatter with them, a poor pole may be farther off
    and moves the prediction less; where they tell nothing, all poles count alike.

    References
    ----------
    Y. Bar-Shalom, P. K. Willett and X. Tian, "Tracking and Data Fusion", 2011, sections 2.4 and 7.

    Examples
    --------
    >>> shapes = np.array([[0.5, 1.0], [1.0, -0.5]])
    >>> models = [
    ...     wf.ModalModel(np.array([2.0, 2.03]) * (1 - 0.0005 * day), np.full(2, 0.01), shapes)
    ...     for day in range(40)
    ... ]
    >>> models[7] = models[7].select([1])
    >>> tracks = wf.track_modes(models)
    >>> print(tracks)
    mode  f [Hz]       found [%]  scatter of f [%]  damping [%]
       1      1.9800        97.5             0.581         1.00
       2      2.0102       100.0             0.583         1.00
    """
    chosen = np.arange(float(len(models))) if times is None else np.asarray(times, dtype=float)
    _check(models, chosen, tolerance, min_detection_rate)
    poles = gathered(models)
    if reference is None:
        modes, owners = _recurring_tracks(poles, chosen, tolerance, min_detection_rate)
        frequencies, shapes = modes.frequencies, modes.shapes
    else:
        frequencies, shapes = reference.frequencies, unit_shapes(reference.mode_shapes).T
        start = starting(frequencies, shapes, reference.wavenumbers, tolerance)
        owners = tracked(poles, chosen, start, tolerance)
    positions = next((model.positions for model in models if model.positions is not None), None)
    return _tracks(poles, chosen, owners, (frequencies, shapes), positions)


def follow(
    tracks: ModeTracks, model: ModalModel, time: float, *, tolerance: float = 0.02, max_jump: float = 0.1
) -> ModeTracks:
    """Add one more recording to tracks, as it comes in.

    Parameters
    ----------
    tracks : ModeTracks
    model : ModalModel
        The modes of the new recording, on the same points.
    time : float [s]
        Later than all before.
    tolerance : float
        As of `track_modes`.
    max_jump : float
        How far the frequency of a mode that is not where it was expected may be from the reference, where a
        pole has its shape (MAC ≥ 0.9) and no other wavenumber [-]: damage jumps, and so do conditions where
        records are far apart.

    Returns
    -------
    ModeTracks
        One record longer; earlier ones stay as they are.

    Raises
    ------
    InputError
        If the points differ, or the time is not later.

    Notes
    -----
    As in `track_modes`, with what was known before the recording: a prediction by the levels so far.

    Examples
    --------
    >>> model = wf.ModalModel(np.array([2.0, 5.0]), np.full(2, 0.01), np.array([[0.5, 1.0], [1.0, -0.5]]))
    >>> tracks = wf.track_modes([model, model, model])
    >>> wf.follow(tracks, model.select([1]), 3.0).frequencies[-1]
    array([nan,  5.])
    """
    if model.n_modes and model.n_points != tracks.n_points:
        raise InputError(
            f"The model has {model.n_points} points, the tracks {tracks.n_points}; they must be the same."
        )
    history, owners = _poles_of(tracks)
    reference = tracks.reference_frequencies, tracks.reference_shapes.T
    wavenumbers = middle(history.placed("wavenumbers", owners, np.nan))
    start = starting(*reference, wavenumbers, tolerance)
    last, scatter = followed(history, tracks.times, start, owners, tolerance)
    poles = gathered([model]) if model.n_modes else history.none()
    expected = last.later(time - tracks.times[-1], scatter)
    found = np.full((1, tracks.n_modes), -1)
    seen = poles.seen(0)
    modes, indices, _ = assigned(expected, scatter, seen, tolerance)
    found[0, modes] = indices
    lost, free = _left(found[0], poles)
    modes, indices = moved_together(
        expected.of_modes(lost), scatter.of_modes(lost), seen.select(free), tolerance, max_jump
    )
    found[0, lost[modes]] = free[indices]
    lost, free = _left(found[0], poles)
    if lost.size and free.size:
        again, at = pair_modes(
            (reference[0][lost], poles.frequencies[free]),
            (reference[1][lost].T, poles.shapes[free].T),
            max_shift=max_jump,
            min_mac=_SAME_SHAPE,
            may_pair=~differ(wavenumbers[lost, None], poles.wavenumbers[free]),
        )
        found[0, lost[again]] = free[at]
    return _joined(tracks, _tracks(poles, np.array([float(time)]), found, reference, tracks.positions))


def _left(found: np.ndarray, poles: Poles) -> tuple[np.ndarray, np.ndarray]:
    """Return the modes of one record without a pole, and its poles without a mode."""
    return np.flatnonzero(found < 0), np.setdiff1d(np.arange(poles.frequencies.size), found)


def _check(models: Sequence[ModalModel], times: np.ndarray, tolerance: float, rate: float) -> None:
    if times.shape != (len(models),):
        raise InputError(f"{times.size} times came for {len(models)} models; give one for each.")
    if not np.all(np.diff(times) > 0):
        raise InputError("times must rise from recording to recording; sort models and times by time.")
    if not any(model.n_modes for model in models):
        raise InputError(f"None of the {len(models)} models has a mode; identify recordings first.")
    if not 0.0 < tolerance < 0.5:
        raise InputError(
            f"tolerance is {tolerance}; give a relative distance between 0 and 0.5, such as 0.02."
        )
    if not 0.0 < rate <= 1.0:
        raise InputError(f"min_detection_rate is {rate}; give a share of the recordings in (0, 1].")


def _recurring_tracks(
    poles: Poles, times: np.ndarray, tolerance: float, rate: float
) -> tuple[Recurring, np.ndarray]:
    """Return the modes that recur, by rising frequency, and their owners."""
    modes = recurring(poles, tolerance, rate / _FEWER)
    while modes.frequencies.size:
        start = starting(modes.frequencies, modes.shapes, modes.wavenumbers, tolerance)
        owners = tracked(poles, times, start, tolerance)
        owners = owners[:, np.sum(owners >= 0, axis=0) > 1]
        modes = medians(poles, [column[column >= 0] for column in owners.T])
        order = np.argsort(modes.frequencies)
        modes, owners = modes.select(order), owners[:, order]
        logarithms = poles.placed("logarithms", owners, np.nan)
        noise, _, _ = local_variances(times, logarithms)
        dropped = doubles(logarithms, np.sqrt(noise), modes, tolerance)
        if not np.any(dropped):
            dropped = np.mean(owners >= 0, axis=0) < rate
        if not np.any(dropped):
            return modes, owners
        modes = modes.select(~dropped)
    raise InputError(
        f"No mode recurs in {100 * rate:g} % of the {times.size} recordings; give a reference, or a lower "
        "min_detection_rate."
    )


def _tracks(
    poles: Poles,
    times: np.ndarray,
    owners: np.ndarray,
    reference: tuple[np.ndarray, np.ndarray],
    positions: np.ndarray | None,
) -> ModeTracks:
    """Put the poles that modes own into tracks, shapes scaled and turned to the reference."""
    frequencies, targets = reference
    shapes = poles.placed("shapes", owners, np.nan)
    scaled = shapes * np.sum(shapes.conj() * targets, axis=2, keepdims=True)
    columns = {name: poles.placed(name, owners, np.nan) for name in PER_RECORD}
    return ModeTracks(
        times=times,
        mode_shapes=np.swapaxes(scaled, 1, 2),
        reference_frequencies=frequencies,
        reference_shapes=targets.T,
        positions=positions,
        **columns,
    )


def _poles_of(tracks: ModeTracks) -> tuple[Poles, np.ndarray]:
    """Return the poles in tracks, and where they are, as `tracked` does."""
    found = tracks.is_found
    owners = np.where(found, np.cumsum(found).reshape(found.shape) - 1, -1)
    shapes = np.moveaxis(tracks.mode_shapes, 1, 2)[found]
    starts = np.concatenate([[0], np.cumsum(np.count_nonzero(found, axis=1))])
    fields = {name: getattr(tracks, name)[found] for name in PER_RECORD}
    return Poles(starts, **fields, shapes=unit_shapes(shapes.T).T), owners


def _joined(tracks: ModeTracks, more: ModeTracks) -> ModeTracks:
    names = ("times", "mode_shapes", *PER_RECORD)
    values = {name: np.concatenate([getattr(tracks, name), getattr(more, name)]) for name in names}
    return replace(tracks, **values)
