"""Each picture: what is on it, that it draws where it is told, and that it changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.image import AxesImage, PcolorImage

import wavefact as wf
from wavefact import plots
from wavefact._words import number_text
from wavefact.plots import _polar_curve
from wavefact.plots._polar_curve import polar_curves


@dataclass(frozen=True)
class Case:
    """Results to be drawn."""

    recording: wf.Recording
    fit: wf.Factorization
    model: wf.ModalModel


def waves(n_points: int, n_samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return two standing waves of different strength, asymmetric in space and time, and noise."""
    points, times = np.arange(1, n_points + 1) / (n_points + 1), np.arange(n_samples) / 50.0
    decay = np.exp(-0.05 * times)
    signals = 3.0 * np.outer(np.sin(np.pi * points), decay * np.sin(2 * np.pi * 2.0 * times))
    signals += np.outer(np.sin(3 * np.pi * points), decay * np.sin(2 * np.pi * 6.0 * times + 1.0))
    return signals + 0.2 * rng.normal(size=signals.shape)


def model_of(fit: wf.Factorization) -> wf.ModalModel:
    """Return as many modes as there are components, shaped like them."""
    return wf.ModalModel(
        2.0 + np.arange(fit.n_components),
        np.full(fit.n_components, 0.0123),
        fit.spatial_factors / np.max(np.abs(fit.spatial_factors), axis=0, initial=1e-300),
        wavenumbers=fit.wavenumbers,
        positions=fit.operator.positions,
    )


def solved(recording: wf.Recording, operator: wf.WaveOperator, **settings: float) -> Case:
    fit = wf.factorize(recording, operator, **({"wave_weight": 1.0} | settings))
    return Case(recording, fit, model_of(fit))


def plain() -> Case:
    operator = wf.String(12, spacing=0.5)
    signals = waves(12, 1500, np.random.default_rng(1))
    recording = wf.Recording(signals, 50.0, operator.positions, unit="m/s^2", quantity="acceleration")
    return solved(recording, operator)


def bare() -> Case:
    return solved(wf.Recording(waves(9, 300, np.random.default_rng(2))), wf.String(9))


def travelling() -> Case:
    positions, times = np.sort(np.random.default_rng(3).uniform(0, 9, 14)), np.arange(400) / 50
    signals = np.exp(1j * (1.1 * positions[:, None] - 2 * np.pi * 4 * times))
    recording = wf.Recording(signals, 50.0, positions[::-1].copy(), unit="m")
    return solved(recording, wf.String(positions=positions[::-1], ends="free"), regularization=5.0)


def silent() -> Case:
    recording = wf.Recording(np.random.default_rng(4).normal(size=(8, 200)), 50.0)
    return solved(recording, wf.String(8), regularization=100.0)


def plate() -> Case:
    operator = wf.Plate((5, 4), spacing=0.2)
    signals = waves(20, 300, np.random.default_rng(5))
    recording = wf.Recording(signals, 50.0, operator.positions, unit="m", quantity="displacement")
    return solved(recording, operator, wave_weight=1e-3, regularization=10.0)


CASES = {"plain": plain, "bare": bare, "travelling": travelling, "silent": silent, "plate": plate}


@pytest.fixture(scope="session", params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]()


@pytest.fixture(scope="session")
def bridge() -> Case:
    return plain()


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


def panels(*shape: int) -> np.ndarray:
    return Figure(figsize=(8, 6)).subplots(*shape, squeeze=False)


def rows(case: Case) -> int:
    return max(case.fit.n_components, 1)


# Each picture as a function of results and Axes (None: its own), with the Axes it is given elsewhere.
PICTURES: dict[str, tuple[Callable[[Case, Any], Any], Callable[[Case], Any]]] = {
    "wavefield": (lambda c, axes: plots.wavefield(c.recording, c.fit, axes), lambda c: panels(1, 3)[0]),
    "components": (
        lambda c, axes: plots.components(c.fit, axes, max_components=2),
        lambda c: panels(min(rows(c), 2), 3),
    ),
    "modes": (lambda c, axes: plots.modes(c.model, axes), lambda c: panels(1, rows(c))[0]),
    "certificate": (lambda c, ax: plots.certificate(c.fit, ax), lambda c: panels(1, 1)[0, 0]),
    "polar": (lambda c, ax: plots.polar(c.fit, c.recording, ax), lambda c: panels(1, 1)[0, 0]),
}


def labels(axes: Any) -> set[str]:
    """Return all that is written on the figure of some Axes: labels, titles and legends."""
    figure = np.ravel(axes)[0].figure
    texts = {text.get_text() for text in figure.findobj(matplotlib.text.Text)}
    return {text for text in texts if text}


@pytest.mark.parametrize("name", list(PICTURES))
def test_a_picture_returns_axes_of_its_own_figure_that_can_be_drawn(name: str, case: Case) -> None:
    axes = PICTURES[name][0](case, None)
    assert all(isinstance(ax, Axes) for ax in np.ravel(axes))
    assert plt.get_fignums() == [1]
    np.ravel(axes)[0].figure.canvas.draw()


@pytest.mark.parametrize("name", list(PICTURES))
def test_a_picture_draws_on_the_axes_it_is_given(name: str, case: Case) -> None:
    draw, make = PICTURES[name]
    given = make(case)
    returned = draw(case, given)
    assert [id(ax) for ax in np.ravel(returned)] == [id(ax) for ax in np.ravel(given)]
    assert plt.get_fignums() == []
    np.ravel(given)[0].figure.canvas.draw()


@pytest.mark.parametrize("name", list(PICTURES))
def test_a_picture_changes_neither_results_nor_settings(name: str, case: Case) -> None:
    arrays = [case.recording.signals, case.fit.spatial_factors, case.fit.time_courses, case.model.mode_shapes]
    before, settings = [array.copy() for array in arrays], dict(matplotlib.rcParams)
    PICTURES[name][0](case, None)
    assert all(np.array_equal(old, new) for old, new in zip(before, arrays, strict=True))
    assert dict(matplotlib.rcParams) == settings


@pytest.mark.parametrize("name", ["wavefield", "components", "modes"])
def test_a_wrong_number_of_axes_is_refused(name: str, bridge: Case) -> None:
    with pytest.raises(wf.InputError, match=r"7 axes came; this picture has \d panels"):
        PICTURES[name][0](bridge, panels(1, 7))


def image_of(ax: Axes) -> AxesImage | PcolorImage:
    (image,) = ax.images
    return image


def test_the_wavefield_shows_the_three_fields_on_one_symmetric_scale(bridge: Case) -> None:
    axes = plots.wavefield(bridge.recording, bridge.fit, window=(2.0, 6.0))
    shown = [np.asarray(image_of(ax).get_array()) for ax in axes]
    window = slice(100, 300)
    assert np.allclose(shown[0], bridge.recording.signals[:, window])
    assert np.allclose(shown[1], bridge.fit.reconstruct()[:, window])
    assert np.allclose(shown[0] - shown[1], shown[2])
    limits = {image_of(ax).get_clim() for ax in axes}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low == -high < 0
    assert axes[0].get_xlim() == pytest.approx((1.99, 5.99))
    assert axes[0].get_ylim() == pytest.approx((0.25, 6.25))
    written = labels(axes)
    assert {"acceleration [m/s²]", "time [s]", "position [m]", "recording: 4 of 30 s", "residual"} <= written
    assert f"reconstruction: {bridge.fit.n_components} components" in written


def test_the_wavefield_puts_sensors_in_order_of_position() -> None:
    case = travelling()
    axes = plots.wavefield(case.recording, case.fit)
    shown = np.asarray(image_of(axes[0]).get_array())
    assert np.allclose(shown, case.recording.signals.real[::-1])
    assert "real part of signal [m]" in labels(axes)


def test_a_long_recording_is_read_where_it_is_shown(bridge: Case) -> None:
    class Counting:
        """Signals that are read by slicing and count what was read."""

        def __init__(self, signals: np.ndarray) -> None:
            self.signals, self.shape, self.dtype = signals, signals.shape, signals.dtype
            self.ndim, self.n_read = 2, 0

        def __getitem__(self, key: Any) -> np.ndarray:
            part = self.signals[key]
            self.n_read += part.size
            return part

    counting = Counting(np.asarray(bridge.recording.signals))
    recording = bridge.recording.replace(signals=counting)
    axes = plots.wavefield(recording, bridge.fit)
    shown = [np.asarray(image_of(ax).get_array()) for ax in axes]
    assert shown[0].shape == (12, 800)
    assert counting.n_read == 12 * 800
    assert np.allclose(shown[0] - shown[1], shown[2])
    peak = np.max(np.abs(bridge.fit.reconstruct()))
    assert np.max(np.abs(shown[1])) > 0.99 * peak  # the envelope survives


@pytest.mark.parametrize("window", [(-1.0, 2.0), (3.0, 3.0), (0.0, 31.0)])
def test_a_window_outside_the_recording_is_refused(window: tuple[float, float], bridge: Case) -> None:
    with pytest.raises(wf.InputError, match="not within"):
        plots.wavefield(bridge.recording, bridge.fit, window=window)


def test_a_fit_of_another_recording_is_refused(bridge: Case) -> None:
    with pytest.raises(wf.InputError, match=r"12 sensors × 1000 samples, the factorization 12 × 1500"):
        plots.wavefield(bridge.recording.window(0, 1000), bridge.fit)
    with pytest.raises(wf.InputError, match=r"5 sensors, the factorization 12 points"):
        plots.polar(bridge.fit, bridge.recording.select(slice(5)))


def test_components_show_shape_course_and_spectrum(bridge: Case) -> None:
    grid = plots.components(bridge.fit)
    assert grid.shape == (bridge.fit.n_components, 3)
    shape, course, spectrum = (ax.lines[-1] for ax in grid[0])
    assert np.max(np.abs(shape.get_ydata())) == pytest.approx(1.0)
    assert np.allclose(shape.get_xdata(), bridge.recording.positions)
    # the course is that of the point that moves most
    component = np.outer(bridge.fit.spatial_factors[:, 0], bridge.fit.time_courses[:, 0])
    assert np.max(np.abs(course.get_ydata())) == pytest.approx(np.max(np.abs(component)))
    loudest = spectrum.get_xdata()[np.argmax(spectrum.get_ydata())]
    assert loudest == pytest.approx(2.0, abs=0.2)
    written = labels(grid)
    assert {"acceleration [m/s²]", "spectrum [(m/s²)²/Hz]", "frequency [Hz]", "position [m]"} <= written
    assert f"k = {bridge.fit.wavenumbers[0]:.3g}\nrad/m" in written


def test_only_the_strongest_components_are_shown(bridge: Case) -> None:
    grid = plots.components(bridge.fit, max_components=1)
    assert grid.shape == (1, 3)
    assert f"k = {bridge.fit.wavenumbers[0]:.3g}\nrad/m" in labels(grid)  # three times the other's amplitude


def test_long_courses_are_drawn_as_the_band_between_their_extremes(bridge: Case) -> None:
    long = replace(bridge.fit, time_courses=np.tile(bridge.fit.time_courses, (10, 1)))
    (course,) = (ax for ax in plots.components(long, max_components=1)[:, 1])
    assert len(course.lines) == 0
    (band,) = course.collections
    heights = band.get_paths()[0].vertices[:, 1]
    values = long.time_courses[:, 0] * np.max(np.abs(long.spatial_factors[:, 0]))
    assert np.ptp(heights) == pytest.approx(np.ptp(values))


def test_without_rate_and_unit_the_axes_say_so() -> None:
    case = bare()
    assert {"time [samples]", "frequency [cycles/sample]", "signal [a.u.]"} <= labels(
        plots.components(case.fit)
    )


def test_without_components_the_pictures_say_so() -> None:
    case = silent()
    assert case.fit.n_components == 0
    assert "no components: noise alone explains the recording" in labels(plots.components(case.fit))
    assert "no modes" in labels(plots.modes(case.model))
    assert "reconstruction: no components" in labels(plots.wavefield(case.recording, case.fit))


def test_modes_are_titled_with_frequency_damping_and_wavenumber(bridge: Case) -> None:
    axes = plots.modes(bridge.model)
    assert len(axes) == bridge.model.n_modes
    assert axes[1].get_title() == f"2: 3 Hz\nζ = 1.23 %, k = {bridge.model.wavenumbers[1]:.3g} rad/m"
    undeformed, shape = axes[1].lines
    assert set(undeformed.get_ydata()) == {0.0}
    assert np.allclose(shape.get_ydata(), bridge.model.mode_shapes[:, 1])
    assert {"position [m]", "shape [–]"} <= labels(axes)


def test_the_imaginary_part_of_a_shape_is_dashed() -> None:
    shapes = np.array([[1.0], [0.5j], [-0.25]])
    (ax,) = plots.modes(wf.ModalModel(np.array([1.0]), np.array([1e-7]), shapes))
    _, real, imaginary = ax.lines
    assert np.allclose(real.get_ydata(), [1.0, 0.0, -0.25])
    assert np.allclose(imaginary.get_ydata(), [0.0, 0.5, 0.0])
    assert imaginary.is_dashed()
    assert ax.get_xlabel() == "sensor"
    assert real.get_xdata().tolist() == [0.0, 1.0, 2.0]
    assert ax.get_title() == "1: 1 Hz\nζ < 0.001 %"


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        ([[0, 0, 5], [1, 0, 5], [1, 2, 5], [0, 2, 5]], ("x [m]", "y [m]")),  # a level: contours
        ([[0, 0, 0], [0, 1, 3], [0, 2, 1], [0, 3, 4]], ("y [m]", "z [m]")),
        ([[0, 0], [1, 1], [2, 2], [3, 3]], ("x [m]", "y [m]")),  # on a line: no triangles, but points
        ([[4, 1], [4, 2], [4, 0], [4, 3]], ("y [m]", "shape [–]")),  # one coordinate varies
        ([3.0, 1.0, 2.0, 0.0], ("position [m]", "shape [–]")),
    ],
)
def test_shapes_are_drawn_over_the_coordinates_that_vary(positions: Any, expected: tuple[str, str]) -> None:
    model = wf.ModalModel(
        np.array([1.0]),
        np.array([0.01]),
        np.array([[1.0], [-0.5], [0.3], [0.0]]),
        positions=np.array(positions),
    )
    (ax,) = plots.modes(model)
    ax.figure.canvas.draw()
    assert (ax.get_xlabel(), ax.get_ylabel()) == expected
    on_a_plane = expected[1] != "shape [–]"
    assert bool(ax.collections) == on_a_plane
    if not on_a_plane:
        assert np.all(np.diff(ax.lines[-1].get_xdata()) > 0)


def test_the_certificate_shows_both_bounds_and_what_is_proven(bridge: Case) -> None:
    ax = plots.certificate(bridge.fit)
    history = bridge.fit.history
    primal, dual, *marked = ax.lines
    assert primal.get_ydata().tolist() == [step.primal for step in history]
    assert dual.get_ydata().tolist() == [step.dual for step in history]
    counts = {line.get_label(): len(line.get_xdata()) for line in marked}
    proven = sum(step.proven for step in history)
    assert counts == {
        "lower bound (dual), proven": proven,
        "lower bound, not yet proven": len(history) - proven,
    }
    faces = {line.get_label(): to_rgba(line.get_markerfacecolor()) for line in marked}
    assert faces["lower bound, not yet proven"] == to_rgba("white") != faces["lower bound (dual), proven"]
    assert len(ax.collections) == 1  # the gap
    assert (
        ax.get_title() == f"proven within {number_text(bridge.fit.certificate.gap, 1)} of the global optimum"
    )
    assert ax.get_ylabel() == "objective [(m/s²)²]"


def test_a_fit_that_is_not_certified_is_not_called_proven(bridge: Case) -> None:
    short = replace(bridge.fit, status=wf.Status.STOPPED, history=())
    ax = plots.certificate(short)
    assert ax.get_title().startswith("stopped early, within")
    assert ax.lines[0].get_ydata().tolist() == [short.certificate.primal]


@pytest.mark.parametrize("name", ["plain", "travelling", "plate"])
def test_the_polar_of_the_residual_is_the_certified_one(name: str) -> None:
    case = CASES[name]()
    curves, last = polar_curves(case.recording, case.fit), case.fit.certificate
    assert np.all(np.diff(curves.wavenumbers) >= 0)
    assert np.max(curves.residual) <= last.polar_upper * (1 + 1e-9)
    assert np.max(curves.residual) == pytest.approx(case.fit.regularization, rel=1e-3)
    at = [int(np.argmin(np.abs(curves.wavenumbers - k))) for k in case.fit.wavenumbers]
    assert np.allclose(curves.residual[at], case.fit.regularization, rtol=1e-3)
    assert np.all(curves.recording >= curves.residual * (1 - 1e-9))


def test_the_polar_does_not_depend_on_the_unit(bridge: Case) -> None:
    curves = polar_curves(bridge.recording, bridge.fit)
    tiny = bridge.recording.replace(signals=1e-160 * np.asarray(bridge.recording.signals))
    case = solved(tiny, bridge.fit.operator, regularization=1e-160 * bridge.fit.regularization)
    scaled = polar_curves(case.recording, case.fit)
    assert np.max(scaled.residual) == pytest.approx(1e-160 * np.max(curves.residual), rel=1e-4)


def test_the_polar_shows_threshold_components_and_filters(bridge: Case) -> None:
    ax = plots.polar(bridge.fit, bridge.recording)
    lines = {line.get_label(): line for line in ax.lines}
    assert set(lines["threshold λ"].get_ydata()) == {bridge.fit.regularization}
    ticks = lines[f"{bridge.fit.n_components} components"]
    assert np.allclose(ticks.get_xdata(), bridge.fit.wavenumbers)
    (twin,) = (other for other in ax.figure.axes if other is not ax)
    assert len(twin.lines) == 5
    assert all(np.max(line.get_ydata()) == 1.0 for line in twin.lines)
    assert ax.get_zorder() > twin.get_zorder()
    assert {"wavenumber [rad/m]", "largest singular value [m/s²]", "filter gain [–]"} <= labels(ax)


def test_the_summary_holds_all_pictures_and_is_unknown_to_pyplot(case: Case) -> None:
    for model in (case.model, None):
        figure = plots.summary(case.recording, case.fit, model)
        figure.canvas.draw()
        assert figure.get_size_inches().tolist() == [12.0, 8.0]
        titles = {ax.get_title().partition(":")[0] for ax in figure.axes}
        assert {"recording", "reconstruction", "residual", "polar"} <= titles
        assert any("global optimum" in title for title in titles)
        assert ("shape [–]" in titles) == (model is None and case.fit.n_components > 0)
        assert ("1" in titles) == (model is not None and model.n_modes > 0)
    assert plt.get_fignums() == []


def test_the_summary_shows_a_window_of_a_long_recording(bridge: Case) -> None:
    axes = plots.summary(bridge.recording, bridge.fit).axes[:3]
    start, stop = axes[0].get_xlim()
    assert stop - start == pytest.approx(10.0, rel=0.1)  # twenty periods of 2 Hz
    assert start < 1.0  # where the decaying motion is strongest


@pytest.mark.parametrize(("name", "head"), [("a.png", b"\x89PNG"), ("a.PDF", b"%PDF"), ("a.svg", b"<?xml")])
def test_save_writes_the_format_of_the_suffix(tmp_path: Path, name: str, head: bytes, bridge: Case) -> None:
    plots.save(plots.certificate(bridge.fit).figure, tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(head)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["picture.xyz", "picture"])
def test_save_refuses_an_unknown_format(tmp_path: Path, name: str) -> None:
    with pytest.raises(wf.InputError, match=r"end its name in one of .*\.pdf, .*\.png"):
        plots.save(Figure(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_save_says_where_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(wf.UnwritableTargetError):
        plots.save(Figure(), tmp_path / "gone" / "picture.png")


def two_tones(n_samples: int) -> wf.Recording:
    """Return two waves of a string of 12 points in noise, at 3 and 7 Hz."""
    rng, times = np.random.default_rng(4), np.arange(n_samples) / 50.0
    courses = np.stack([np.sin(2 * np.pi * 3.0 * times), 0.8 * np.sin(2 * np.pi * 7.0 * times)])
    signals = wf.String(12).basis[:, :2] @ courses + 0.1 * rng.normal(size=(12, n_samples))
    return wf.Recording(signals, 50.0)


@pytest.mark.parametrize("debias", [False, True])
def test_the_polar_of_a_timed_fit_is_the_largest_over_all_tones(debias: bool) -> None:
    recording = two_tones(300)
    fit = wf.factorize(
        recording,
        wf.String(12),
        wave_weight=5.0,
        time_weight="1 Hz",
        regularization=2.0,
        rtol=1e-7,
        debias=debias,
    )
    assert fit.status is wf.Status.CERTIFIED
    ax = plots.polar(fit, recording, Figure().subplots())
    lines = {line.get_label(): line for line in ax.get_lines()}
    wavenumbers, residual = lines["residual"].get_data()
    assert np.max(residual) <= 2.0 * (1.0 + 1e-6)
    at = np.argmin(np.abs(np.asarray(wavenumbers)[:, None] - fit.wavenumbers), axis=0)
    assert np.all(np.asarray(residual)[at] >= 2.0 * (1.0 - 1e-6))
    assert np.max(lines["recording"].get_ydata()) > 4.0


def test_the_polar_of_a_long_timed_fit_takes_fewer_tones(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = two_tones(300)
    fit = wf.factorize(recording, wf.String(12), wave_weight=5.0, time_weight="1 Hz", regularization=2.0)
    all_tones = polar_curves(recording, fit)
    monkeypatch.setattr(_polar_curve, "JOINT_WORK", 1.0)
    calls: list[int] = []
    ritz = _polar_curve.ritz
    monkeypatch.setattr(_polar_curve, "ritz", lambda *args: (calls.append(1), ritz(*args))[1])
    few = polar_curves(recording, fit)
    assert len(calls) == 2 * (_polar_curve.FEWEST_TONES + fit.n_components)
    assert np.all(few.residual <= all_tones.residual.max() * (1.0 + 1e-6))
    at = np.argmin(np.abs(few.wavenumbers[:, None] - fit.wavenumbers), axis=0)
    np.testing.assert_allclose(few.residual[at], all_tones.residual[at], rtol=1e-3)


def test_sensors_of_which_nobody_said_where_are_counted_from_0_in_every_picture(
    rng: np.random.Generator,
) -> None:
    recording = wf.Recording(waves(6, 200, rng), sampling_rate=50.0)
    fit = wf.factorize(recording, wf.String(6), wave_weight=1.0, regularization=1.0)
    axes = plots.wavefield(recording, fit)
    assert axes[0].get_ylabel() == "sensor"
    assert axes[0].get_ylim() == (-0.5, 5.5)
    shape = plots.components(fit)[-1, 0]
    assert shape.get_xlabel() == "sensor"
    assert shape.lines[1].get_xdata().tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
