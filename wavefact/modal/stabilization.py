"""The stabilisation diagram: all poles of all model orders, which of them stay, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wavefact.modal.channels import Channels, Components, channels_of
from wavefact.modal.claims import nearest_groups
from wavefact.modal.complexity import mpc, mpd
from wavefact.modal.identification import elastic, fitted
from wavefact.modal.model import ModalModel
from wavefact.modal.search import Found, search
from wavefact.modal.settings import IdentificationSettings, validated
from wavefact.modal.similarity import mac
from wavefact.modal.span_errors import with_span_errors
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording
from wavefact.threads import threads_for

__all__ = ["PoleGroup", "Stabilization", "stabilization"]

_SAME, _HALF_WIDTHS = 0.01, 3.0  # of the frequency, within which a group became a mode; or half widths
_SAME_SHAPE = 0.6


@dataclass(frozen=True)
class PoleGroup:
    """What is known of poles that stay from order to order, before likelihood decides.

    Attributes
    ----------
    frequency, frequency_spread : float [Hz]
        Median and standard deviation over the orders.
    damping_ratio, damping_spread : float [-]
    n_orders : int
        At which the group is there.
    mac : float [-]
        Mean similarity of its shapes with one of them.
    mpc : float [-]
        Modal phase collinearity.
    mpd : float [degrees]
        Mean phase deviation.
    prominence : float [-]
        Power at the pole over the median of what is left around it.
    purity : float [-]
        Share of its correlations that is one shape.
    verdict : str
        ``"mode 3"``, or why it is none.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2
    >>> recording = scenario_s2(20.0).recording.select([10, 30, 45, 70])
    >>> groups = wf.stabilization(recording).groups
    >>> sum(group.verdict.startswith("mode") for group in groups)
    5
    """

    frequency: float
    frequency_spread: float
    damping_ratio: float
    damping_spread: float
    n_orders: int
    mac: float
    mpc: float
    mpd: float
    prominence: float
    purity: float
    verdict: str


@dataclass(frozen=True)
class Stabilization:
    """Hold all poles of all orders, the groups that stay, and the modes that came of them.

    Attributes
    ----------
    orders : (n_poles,) integer array
    frequencies, damping_ratios : (n_poles,) arrays [Hz], [-]
    stable : (n_poles,) boolean array
        Whether the pole was there at the order before.
    groups : tuple of PoleGroup, by rising frequency
        That are there at enough orders.
    model : ModalModel
        The modes, as `identify` returns them.
    spectrum_frequencies : (n_bins,) array [Hz]
    spectrum : (n_bins,) array
        Power density of all channels together, each scaled to unit variance.

    Examples
    --------
    >>> noise = wf.Recording(np.random.default_rng(0).normal(size=(2, 500)), sampling_rate=100.0)
    >>> wf.stabilization(noise).model
    ModalModel(0 modes at 2 points)
    """

    orders: np.ndarray
    frequencies: np.ndarray
    damping_ratios: np.ndarray
    stable: np.ndarray
    groups: tuple[PoleGroup, ...]
    model: ModalModel
    spectrum_frequencies: np.ndarray
    spectrum: np.ndarray

    def __str__(self) -> str:
        header = (
            "frequency [Hz]  spread  damping [%]  spread  orders    MAC    MPC  MPD [°]  prominence  purity"
            "  verdict"
        )
        rows = [
            f"{g.frequency:14.4f}  {g.frequency_spread:6.4f}  {100 * g.damping_ratio:11.3f}  "
            f"{100 * g.damping_spread:6.3f}  {g.n_orders:6d}  {g.mac:5.3f}  {g.mpc:5.3f}  {g.mpd:7.1f}  "
            f"{g.prominence:10.3g}  {g.purity:6.3f}  {g.verdict}"
            for g in self.groups
        ]
        return "\n".join([header, *rows]) if rows else "no pole stays from order to order"


def stabilization(
    source: Components | Recording,
    frequency_range: tuple[float, float] | None = None,
    *,
    operator: WaveOperator | None = None,
    settings: IdentificationSettings | None = None,
) -> Stabilization:
    """Identify modes and keep what the search for them saw, with every criterion.

    Parameters
    ----------
    source, frequency_range, operator, settings
        As for `identify`.  Of a factorization with penalised time, whose modes are not sought by subspace
        models, its filtered courses are looked at.

    Returns
    -------
    Stabilization
        `plots.stabilization` draws it.

    Raises
    ------
    InputError
        As `identify`.

    Notes
    -----
    The poles are those of covariance-driven subspace identification at every order, as in `identify`, whose
    page says what follows.

    Examples
    --------
    >>> t = np.arange(2000) / 100.0
    >>> decay = np.exp(-0.01 * 2 * np.pi * 5.0 * t) * np.sin(2 * np.pi * 5.0 * t)
    >>> noise = 0.01 * np.random.default_rng(0).standard_normal((2, 2000))
    >>> recording = wf.Recording(np.outer([1.0, -0.5], decay) + noise, sampling_rate=100.0)
    >>> diagram = wf.stabilization(recording)
    >>> [(round(group.frequency, 2), group.verdict) for group in diagram.groups if group.prominence > 100]
    [(5.0, 'mode 1')]
    """
    settings = validated(IdentificationSettings() if settings is None else settings)
    channels = channels_of(source, operator)
    with threads_for(*channels.signals.shape):
        found = search(channels, frequency_range, settings)
        model = with_span_errors(fitted(channels, found, settings), channels.principal or source)
        model = elastic(model, channels.operator, settings)
    groups = [group for each in found for group in _groups(each, channels, model, settings)]
    groups = _named(sorted(groups, key=lambda group: group.frequency), model)
    orders, poles, damping, stable = _poles(found)
    frequencies, spectrum = _spectrum(channels)
    return Stabilization(
        orders=orders.astype(int),
        frequencies=poles,
        damping_ratios=damping,
        stable=stable.astype(bool),
        groups=tuple(groups),
        model=model,
        spectrum_frequencies=frequencies,
        spectrum=spectrum,
    )


def _poles(found: list[Found]) -> np.ndarray:
    """Return order, frequency, damping ratio and stability of the poles within their bands, (4, n_poles)."""
    columns = [np.zeros((4, 0))]
    for each in found:
        for poles, stable in zip(each.poles, each.groups.members, strict=True):
            kept = (poles.frequencies >= each.band.low) & (poles.frequencies <= each.band.high)
            rows = np.full(stable.size, poles.order), poles.frequencies, poles.damping_ratios, stable
            columns.append(np.stack(rows)[:, kept])
    return np.concatenate(columns, axis=1)


def _groups(
    found: Found, channels: Channels, model: ModalModel, settings: IdentificationSettings
) -> list[PoleGroup]:
    groups, residues = found.groups, found.residues
    if groups.frequencies.size == 0:
        return []
    shapes = channels.shapes @ residues.shapes
    collinearity, deviation = mpc(shapes), mpd(shapes)
    verdicts = residues.verdicts(settings.min_prominence, settings.min_purity)
    return [
        PoleGroup(
            frequency=float(groups.frequencies[g]),
            frequency_spread=float(groups.frequency_spreads[g]),
            damping_ratio=float(groups.damping_ratios[g]),
            damping_spread=float(groups.damping_spreads[g]),
            n_orders=int(groups.counts[g]),
            mac=float(groups.similarities[g]),
            mpc=float(collinearity[g]),
            mpd=float(deviation[g]),
            prominence=float(residues.prominence[g]),
            purity=float(residues.purity[g]),
            verdict=verdicts[g] or _outcome(float(groups.frequencies[g]), shapes[:, g], model),
        )
        for g in range(groups.frequencies.size)
    ]


def _outcome(frequency: float, shape: np.ndarray, model: ModalModel) -> str:
    """Say which mode a group became: one of its shape within reach of its frequency."""
    reach = np.maximum(_SAME * frequency, _HALF_WIDTHS * model.damping_ratios * model.frequencies)
    near = np.flatnonzero(np.abs(model.frequencies - frequency) <= reach)
    if near.size:
        likeness = mac(model.mode_shapes[:, near], shape)[:, 0]
        if np.max(likeness) >= _SAME_SHAPE:
            return f"mode {near[int(np.argmax(likeness))] + 1}"
    return "explained by other modes"


def _named(groups: Sequence[PoleGroup], model: ModalModel) -> list[PoleGroup]:
    """Let each mode of which no group has the shape take the nearest that is of no other mode.

    The poles of a mode that is hardly in the channels, or close to another, have poor shapes.
    """
    named = list(groups)
    taken = {int(group.verdict.split()[1]) - 1 for group in named if group.verdict.startswith("mode")}
    lost = [mode for mode in range(model.n_modes) if mode not in taken]
    free = [g for g, group in enumerate(named) if not group.verdict.startswith("mode")]
    frequencies = np.array([named[g].frequency for g in free])
    spreads = np.array([named[g].frequency_spread for g in free])
    for mode, group in nearest_groups(model.select(lost), frequencies, spreads):
        named[free[group]] = replace(named[free[group]], verdict=f"mode {lost[mode] + 1}")
    return named


def _spectrum(channels: Channels) -> tuple[np.ndarray, np.ndarray]:
    from scipy.signal import welch

    n_samples = channels.signals.shape[1]
    length = min(n_samples, max(256, n_samples // 8))
    frequencies, power = welch(channels.signals, channels.sampling_rate, nperseg=length)
    return frequencies, np.sum(power, axis=0)
