"""Pictures of where stiffness was lost and of what is to come: they show what the results hold."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import wavefact as wf
from wavefact import plots


@pytest.fixture(scope="module")
def profile():
    whole = wf.Beam(19, 0.05)
    weak = wf.SteppedBeam(19, 0.05, stiffnesses=[1, 0.85, 1], boundaries=[0.25, 0.35])
    models = []
    for beam in (whole, weak):
        f, shapes = np.sqrt(beam.eigenvalues[:5]), beam.basis[:, :5]
        models.append(wf.ModalModel(f, np.full(5, 0.01), shapes, frequency_errors=1e-3 * f))
    return wf.fit_stiffness(*models, whole)


def test_stiffness_shows_every_region(profile):
    upper, lower = plots.stiffness(profile, Figure().subplots(2, 1))
    assert len(lower.texts) == len(profile.regions()) == 2
    assert f"P = {profile.regions()[0].probability:.2f}" in lower.texts[0].get_text()
    assert upper.get_xlim() == (0.0, 1.0)
    assert lower.get_xlabel() == "position [m]"


def test_forecast_shows_the_limit_and_when_it_is_passed(rng):
    values = 1 - 0.001 * np.arange(100) + 0.01 * rng.standard_normal(100)
    found = wf.forecast(86400.0 * np.arange(100), values, np.full(100, 0.01), limit=0.85)
    ax = plots.forecast(found, Figure().subplots(), time_unit=("days", 86400.0))
    limits = [line for line in ax.lines if np.all(np.asarray(line.get_ydata()) == 0.85)]
    assert len(limits) == 1
    assert f"{found.remaining / 86400:.3g} days" in ax.get_title(loc="left")


def test_forecast_without_an_end_says_so(rng):
    found = wf.forecast(np.arange(50.0), rng.standard_normal(50), limit=20.0)
    title = plots.forecast(found, Figure().subplots()).get_title(loc="left")
    assert title == "the limit is not passed within the 49 s shown (90 %)"
    falling = 1 - 0.001 * np.arange(100) + 0.01 * rng.standard_normal(100)
    given = (np.arange(100.0), falling, np.full(100, 0.01))
    ahead = wf.forecast(*given, limit=0.5)
    late = wf.forecast(*given, limit=float((ahead.low[-1] + ahead.level[-1]) / 2))
    early, _ = late.remaining_interval
    assert np.isfinite(early)
    assert np.isinf(late.remaining)
    title = plots.forecast(late, Figure().subplots()).get_title(loc="left")
    assert title == f"limit passed later than shown (90 %: {early:.3g} to later than shown)"
