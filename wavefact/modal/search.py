"""The search for modes: subspace models of rising order in every band, and groups of poles that stay."""

from __future__ import annotations

from dataclasses import dataclass

from wavefact.modal.bands import Band, plan_bands, restrict
from wavefact.modal.channels import Channels
from wavefact.modal.residues import Residues, fit_residues
from wavefact.modal.settings import IdentificationSettings
from wavefact.modal.stability import Groups, group_poles
from wavefact.modal.subspace import Poles, block_counts, correlations, poles_by_order

__all__ = ["Found", "search"]


@dataclass(frozen=True)
class Found:
    """What one band holds.

    Attributes
    ----------
    band : Band
    poles : tuple of Poles
        Of all orders.
    groups : Groups
        Which of them belong together.
    residues : Residues
        The share of each group in the signals.
    """

    band: Band
    poles: tuple[Poles, ...]
    groups: Groups
    residues: Residues

    def credible(self, settings: IdentificationSettings) -> Residues:
        """Return the groups that may be modes."""
        return self.residues.select(self.residues.credible(settings.min_prominence, settings.min_purity))


def search(
    channels: Channels, frequency_range: tuple[float, float] | None, settings: IdentificationSettings
) -> list[Found]:
    """Look for modes in all bands of a frequency range [Hz], from the highest down; none without channels."""
    n_channels, n_samples = channels.signals.shape
    bands = plan_bands(max(n_channels, 1), n_samples, channels.sampling_rate, frequency_range)
    return [_search(channels, band, settings) for band in bands] if n_channels else []


def _search(channels: Channels, band: Band, settings: IdentificationSettings) -> Found:
    rate = channels.sampling_rate / band.factor
    signals = restrict(channels.signals, channels.sampling_rate, band)
    n_rows, n_columns = block_counts(*signals.shape)
    lagged = correlations(signals, n_rows + n_columns)
    poles = poles_by_order(lagged, n_rows, rate, settings.max_order)
    groups = group_poles(poles, settings.damping_range, settings.stability)
    groups = groups.select((groups.frequencies >= band.low) & (groups.frequencies <= band.high))
    return Found(band, poles, groups, fit_residues(lagged, groups.frequencies, groups.damping_ratios, rate))
