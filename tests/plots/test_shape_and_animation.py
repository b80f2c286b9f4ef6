"""Mode shapes on their structure: what stills, GIFs and pages show."""

from __future__ import annotations

import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image

import wavefact as wf
from wavefact import plots
from wavefact.plots._style import AMPLITUDES

FRAME = wf.Geometry(
    [(0, 0, 0), (0, 0, 3), (4, 0, 3), (4, 0, 0)],
    lines=[(0, 1), (1, 2), (2, 3)],
    channel_points=[1, 2],
    channel_directions="x",
    channel_names=("left", "right"),
)
BOX = wf.Geometry(
    [(0, 0, 0), (2, 0, 0), (2, 1, 0), (0, 1, 0), (1, 0.5, 3)],
    lines=[(0, 4), (1, 4), (2, 4), (3, 4)],
    surfaces=((0, 1, 4), (2, 3, 4), (0, 1, 2, 3)),
    channel_points=[0, 1, 2, 3, 4, 4],
    channel_directions=["z", "z", "z", "z", "x", "y"],
)


def model(shapes: Any, **fields: Any) -> wf.ModalModel:
    values = np.asarray(shapes)
    n_modes = values.shape[1]
    return wf.ModalModel(np.arange(1.0, n_modes + 1), np.full(n_modes, 0.01), values, **fields)


def beam() -> wf.ModalModel:
    x = np.linspace(0.0, 10.0, 11)
    return model(np.stack([np.sin(np.pi * x / 10), np.sin(np.pi * x / 5) / 0.95], axis=1), positions=x)


def ends(ax: Any, which: int) -> np.ndarray:
    """Return the ends (n_lines, 2, 2) of one of the sets of lines drawn: 0 at rest, 1 moved."""
    return np.array([path.vertices for path in ax.collections[which].get_paths()])


def space() -> Any:
    return Figure(figsize=(4, 4)).add_subplot(projection="3d")


# Stills -------------------------------------------------------------------------------------------------


def test_a_beam_is_a_line_over_its_axis_at_rest() -> None:
    ax = plots.shape(beam(), 1, Figure().subplots(), scale=0.2)
    rest, moved = ends(ax, 0), ends(ax, 1)
    assert np.all(rest[:, :, 1] == 0)
    assert np.allclose(moved[:, 0, 0], np.arange(10.0))
    heights = moved[:, 0, 1]
    assert np.allclose(heights, 2.0 * beam().mode_shapes[:-1, 1] / np.abs(beam().mode_shapes[:, 1]).max())
    assert (ax.get_aspect(), ax.get_xlabel(), ax.get_title()) == (1.0, "x [m]", "Mode 2: 2 Hz, ζ = 1 %")
    assert len(ax.get_yticks()) == 0


def test_colours_tell_how_far_each_part_moves() -> None:
    colours = plots.shape(beam(), 0, Figure().subplots()).collections[1].get_colors()
    brightness = colours[:, :3].sum(axis=1)
    assert np.all(np.diff(brightness[:5]) < 0)  # ever darker to the middle
    assert np.allclose(brightness, brightness[::-1])


def test_the_phase_turns_a_real_shape_over_and_moves_a_complex_one_on() -> None:
    upside_down = ends(plots.shape(beam(), 0, Figure().subplots(), phase=np.pi), 1)
    assert np.allclose(upside_down[..., 1], -ends(plots.shape(beam(), 0, Figure().subplots()), 1)[..., 1])
    x = np.arange(9.0)
    wave = model(np.exp(1j * np.pi * x / 4)[:, None], positions=x)
    start, later = (ends(plots.shape(wave, 0, Figure().subplots(), phase=p), 1) for p in (0.0, -np.pi / 4))
    assert np.allclose(later[1:, 0, 1], start[:-1, 0, 1])  # a quarter turn later, one point on


def test_without_positions_points_are_counted() -> None:
    ax = plots.shape(model(np.ones((4, 1))), 0, Figure().subplots())
    assert ax.get_xlabel() == "sensor"
    assert ends(ax, 0)[0, 0, 0] == 0.0


def test_a_plane_frame_is_drawn_in_its_plane_and_what_is_unknown_is_pale() -> None:
    ax = plots.shape(model([[1.0], [0.5]]), 0, Figure().subplots(), geometry=FRAME, scale=0.25)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x [m]", "z [m]")
    hanging, moved = ends(ax, 1), ends(ax, 2)
    assert np.allclose(moved, [[(1, 3), (4.5, 3)]])
    assert np.allclose(hanging, [[(0, 0), (1, 3)], [(4.5, 3), (4, 0)]])
    assert np.allclose(ax.collections[1].get_colors()[0], to_rgba("#d0d0d0"))


def test_names_put_channels_in_order() -> None:
    ax = plots.shape(model([[1.0], [0.5]], names=("right", "left")), 0, Figure().subplots(), geometry=FRAME)
    ends_of_beam = ends(ax, 2)[0, :, 0] - (0, 4)
    assert ends_of_beam[1] == pytest.approx(2 * ends_of_beam[0])


def places(ax: Any) -> np.ndarray:
    """Return where the points of the box are in the picture, as shares of the Axes."""
    from mpl_toolkits.mplot3d.proj3d import proj_transform

    ax.figure.canvas.draw()
    flat = np.stack(proj_transform(*BOX.points.T, ax.get_proj())[:2], axis=1)
    return ax.transAxes.inverted().transform(ax.transData.transform(flat))


def test_a_structure_in_space_is_drawn_to_scale() -> None:
    ax = plots.shape(model(np.eye(6)), 4, space(), geometry=BOX, scale=0.1, view=(90.0, -90.0))
    width, depth = np.ptp(places(ax), axis=0)
    assert width == pytest.approx(2 * depth)  # seen from above
    surfaces = next(c for c in ax.collections if type(c).__name__ == "Poly3DCollection")
    assert len(surfaces.get_facecolor()) == 3
    assert surfaces.get_alpha() == 0.45


def test_all_of_a_structure_in_space_is_in_the_picture() -> None:
    shown = places(plots.shape(model(np.eye(6)), 0, space(), geometry=BOX, view=(35.0, 20.0)))
    assert np.all((shown > 0) & (shown < 1))
    assert np.ptp(shown, axis=0).max() > 0.7  # and fills it


def test_a_new_figure_is_made_where_none_is_given() -> None:
    for made in (plots.shape(beam(), 0), plots.shape(model(np.eye(6)), 0, geometry=BOX)):
        assert made.figure is not None
        pyplot.close(made.figure)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"mode": 2}, "mode is 2, but the model has 2 modes"),
        ({"mode": -1}, "counted from 0"),
        ({"scale": 0.0}, "scale is 0.0"),
        ({"geometry": FRAME}, "has 2 channels and the mode shapes have 11"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(wf.InputError, match=complaint):
        plots.shape(beam(), **({"mode": 0} | arguments))
    with pytest.raises(wf.InputError, match="projection='3d'"):
        plots.shape(model(np.eye(6)), 0, Figure().subplots(), geometry=BOX)


# GIF ----------------------------------------------------------------------------------------------------


def frames(path: Path) -> list[np.ndarray]:
    with Image.open(path) as image:
        pictures = []
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            pictures.append(np.asarray(image.convert("RGB"), dtype=float))
    return pictures


@pytest.mark.parametrize("structure", ["beam", "box"])
def test_a_gif_is_one_oscillation(structure: str, tmp_path: Path) -> None:
    shown, geometry = (beam(), None) if structure == "beam" else (model(np.eye(6)), BOX)
    drawn: list[int] = []
    before = pyplot.get_fignums()
    plots.animate(
        shown, 0, tmp_path / "a.gif", geometry=geometry, n_frames=6, fps=10.0, dpi=50, callback=drawn.append
    )
    assert pyplot.get_fignums() == before
    pictures = frames(tmp_path / "a.gif")
    assert (len(pictures), drawn) == (6, [1, 2, 3, 4, 5, 6])
    # cosine: out and back, so that frame k is frame n − k, and all else differs
    assert np.abs(pictures[1] - pictures[5]).mean() < 0.05
    assert all(np.abs(pictures[0] - picture).max() > 100 for picture in pictures[1:])
    with Image.open(tmp_path / "a.gif") as image:
        assert (image.info["duration"], image.info["loop"]) == (100, 0)


def test_the_first_frame_is_the_still(tmp_path: Path) -> None:
    plots.animate(beam(), 0, tmp_path / "a.gif", n_frames=2, dpi=50)
    ax = plots.shape(beam(), 0)
    ax.figure.savefig(tmp_path / "a.png", dpi=50)
    pyplot.close(ax.figure)
    assert np.abs(frames(tmp_path / "a.gif")[0] - frames(tmp_path / "a.png")[0]).mean() < 1.5


# Pages --------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Collects what a page refers to and the text of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.open: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.links += [value for name, value in attrs if name in ("src", "href") and value]
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)


def page(path: Path) -> tuple[dict[str, Any], str]:
    text = path.read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    assert (reader.open, reader.links) == ([], [])
    return json.loads(reader.scripts[0]), text


def test_a_page_needs_nothing_else_and_holds_all_modes(tmp_path: Path) -> None:
    shapes = np.eye(6) + 0.5j * np.eye(6)[::-1]
    plots.animate(
        model(shapes[:, :3]), 1, tmp_path / "a.html", geometry=BOX, n_frames=20, fps=10.0, scale=0.1
    )
    data, text = page(tmp_path / "a.html")
    assert "http" not in text
    assert "{{" not in text
    assert np.allclose(data["points"], BOX.points)
    assert (data["selected"], data["period"]) == (1, 2.0)
    assert [mode["title"][:6] for mode in data["modes"]] == ["Mode 1", "Mode 2", "Mode 3"]
    assert np.allclose(data["modes"][0]["re"][0], (0, 0, 0.3))  # a tenth of the height
    assert np.allclose(data["modes"][0]["im"][4], (0, 0.15, 0))
    assert [tuple(corners) for corners in data["surfaces"]] == list(BOX.surfaces)


def test_a_page_faces_a_plane(tmp_path: Path) -> None:
    plots.animate(beam(), 0, tmp_path / "a.html")
    data, _ = page(tmp_path / "a.html")
    assert data["view"] == [0.0, -90.0]
    assert "im" not in data["modes"][0]
    assert data["colours"] == list(AMPLITUDES)


def test_a_page_draws_what_it_holds(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    plots.animate(beam(), 0, tmp_path / "a.html", n_frames=24, fps=12.0)
    run = [node, str(Path(__file__).with_name("run_page.js")), str(tmp_path / "a.html")]
    drawn = json.loads(subprocess.run(run, capture_output=True, text=True, check=True, timeout=60).stdout)
    still, first, later, after = (
        np.sort(np.array(lines[part])[..., 1].ravel())
        for lines, part in (
            (drawn["first"], slice(0, 10)),
            (drawn["first"], slice(10, 20)),
            (drawn["later"], slice(10, 20)),
            (drawn["after"], slice(10, 20)),
        )
    )
    x = np.array(drawn["first"][:10])[..., 0]
    height = 0.12 * np.ptp(x)  # of the largest displacement, up the picture
    assert np.ptp(still) < 1e-9
    assert still[0] - first.min() == pytest.approx(height, rel=1e-3)
    assert np.allclose(later, still, atol=0.2 * height)  # a quarter of the period later
    assert still[0] - after.min() == pytest.approx(
        2 * height, rel=1e-3
    )  # twice the amplitude, from the start
    assert drawn["options"] == 2


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("a.mp4", {}, "Cannot animate as .*a.mp4; end its name in one of .gif, .html"),
        ("a.gif", {"n_frames": 1}, "at least 2 pictures"),
        ("a.gif", {"fps": 0.0}, "numbers above 0"),
        ("a.html", {"mode": 5}, "mode is 5"),
    ],
)
def test_what_cannot_be_animated_is_refused(
    tmp_path: Path, name: str, arguments: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(wf.InputError, match=complaint):
        plots.animate(beam(), **({"mode": 0} | arguments), path=tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    def fail(done: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a.gif").write_text("before")
    with pytest.raises(KeyboardInterrupt):
        plots.animate(beam(), 0, tmp_path / "a.gif", n_frames=2, dpi=40, callback=fail)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]
