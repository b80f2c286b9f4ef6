"""Modes that are known independently: textbook formulas, published tables, another assembly."""

from itertools import product

import numpy as np
import pytest
from scipy.linalg import eigh
from scipy.optimize import brentq

from wavefact.operators import Beam, FiniteElement, Graph, Membrane, Plate, String

END_KINDS = ("pinned", "clamped", "free", "guided")
BEAM_ENDS = ["-".join(pair) for pair in product(END_KINDS, repeat=2)]
N_MODES = 4


# Continuous wavenumbers on a length of 1 m --------------------------------------------------------------

STRING_MODES = {
    "fixed": np.pi * np.arange(1, 9),
    "free": np.pi * np.arange(0, 8),
    "fixed-free": np.pi * (np.arange(1, 9) - 0.5),
    "free-fixed": np.pi * (np.arange(1, 9) - 0.5),
    "periodic": 2 * np.pi * np.array([0, 1, 1, 2, 2, 3, 3, 4]),
}

# R. D. Blevins, Formulas for Natural Frequency and Mode Shape (1979), table 8-1: βL of five bending modes.
BLEVINS = {
    "clamped-free": [1.87510407, 4.69409113, 7.85475744, 10.99554073, 14.13716839],
    "clamped": [4.73004074, 7.85320462, 10.9956079, 14.1371655, 17.2787597],
    "free": [4.73004074, 7.85320462, 10.9956079, 14.1371655, 17.2787597],
    "clamped-pinned": [3.92660231, 7.06858275, 10.21017612, 13.35176878, 16.49336143],
    "free-pinned": [3.92660231, 7.06858275, 10.21017612, 13.35176878, 16.49336143],
    "clamped-guided": [2.36502037, 5.49780392, 8.63937983, 11.78097245, 14.92256510],
    "free-guided": [2.36502037, 5.49780392, 8.63937983, 11.78097245, 14.92256510],
    "pinned": [np.pi * j for j in range(1, 6)],
    "guided": [np.pi * j for j in range(1, 6)],
    "pinned-guided": [np.pi * (j - 0.5) for j in range(1, 6)],
}


def characteristic(ends):
    """Return the function of βL whose positive roots are the elastic modes, over cosh to stay bounded."""
    pair = frozenset(ends.split("-"))
    if pair in ({"pinned"}, {"guided"}):
        return np.sin
    if pair == {"pinned", "guided"}:
        return np.cos
    if pair in ({"clamped"}, {"free"}):
        return lambda b: np.cos(b) - 1 / np.cosh(b)
    if pair == {"clamped", "free"}:
        return lambda b: np.cos(b) + 1 / np.cosh(b)
    sign = -1 if "pinned" in pair else 1
    return lambda b: np.sin(b) + sign * np.cos(b) * np.tanh(b)


def rigid_motions(ends):
    pair = ends.split("-")
    rotation_at_support = sorted(pair) == ["free", "pinned"]
    return {("free", "free"): 2, ("free", "guided"): 1, ("guided", "guided"): 1}.get(
        tuple(sorted(pair)), int(rotation_at_support)
    )


def beam_modes(ends, n_modes=N_MODES):
    function = characteristic(ends)
    grid = np.linspace(0.5, 30, 2000)
    found = np.flatnonzero(function(grid[1:]) * function(grid[:-1]) < 0)[:n_modes]
    roots = [brentq(function, grid[i], grid[i + 1], xtol=1e-14) for i in found]
    return np.concatenate([np.zeros(rigid_motions(ends)), roots])


def wavenumbers(operator, n_modes):
    return operator.wavenumber(np.sort(operator.eigenvalues)[:n_modes])


def errors(build, expected, sizes):
    """Return the largest relative error of the elastic wavenumbers at each size, rigid ones being zero."""
    elastic, result = expected > 0, []
    for n in sizes:
        k = wavenumbers(build(n), expected.size)
        assert np.all(k[~elastic] == 0)
        result.append(np.max(np.abs(k[elastic] / expected[elastic] - 1)))
    return np.array(result)


def orders(build, expected, sizes=(20, 40, 80)):
    error = errors(build, expected, sizes)
    return np.log2(error[:-1] / error[1:])


@pytest.mark.parametrize("ends", BLEVINS)
def test_characteristic_equations_give_the_published_table(ends):
    whole = ends if "-" in ends else f"{ends}-{ends}"
    roots = beam_modes(whole, 5)
    np.testing.assert_allclose(roots[roots > 0], BLEVINS[ends], atol=1e-7)


@pytest.mark.parametrize("ends", BLEVINS)
def test_beam_has_the_published_modes(ends):
    operator = Beam(300, ends=ends, span=(0.0, 1.0))
    k = operator.wavenumber(np.sort(operator.eigenvalues))
    elastic = k[k > 1e-4][:5]
    np.testing.assert_allclose(elastic, BLEVINS[ends], rtol=2e-4)


# Refinement towards the continuum -----------------------------------------------------------------------


@pytest.mark.parametrize("ends", STRING_MODES)
def test_string_converges_with_the_square_of_the_spacing(ends):
    expected = STRING_MODES[ends][:5]
    assert np.all(orders(lambda n: String(n, ends=ends, span=(0.0, 1.0)), expected) > 1.9)
    assert errors(lambda n: String(n, ends=ends, span=(0.0, 1.0)), expected, [160])[0] < 1.1e-3


@pytest.mark.parametrize("ends", BEAM_ENDS)
def test_beam_converges_at_its_order(ends):
    order = 2 if "free" in ends else 4
    found = orders(lambda n: Beam(n, ends=ends, span=(0.0, 1.0)), beam_modes(ends))
    assert np.all(np.abs(found - order) < 0.15)


def uneven(n_points):
    x = np.arange(1, n_points + 1) / (n_points + 1)
    return x + 0.03 * np.sin(2 * np.pi * x) + 0.01 * np.sin(5 * np.pi * x)


def assert_second_order(build, expected):
    """Compare sizes far apart: on uneven grids errors of either sign cancel at some sizes."""
    coarse, fine = errors(build, expected, (40, 320))
    assert np.log2(coarse / fine) / 3 > 1.7


@pytest.mark.parametrize("ends", STRING_MODES)
def test_uneven_string_converges(ends):
    expected = STRING_MODES[ends][:5]
    assert_second_order(lambda n: String(ends=ends, positions=uneven(n), span=(0.0, 1.0)), expected)


@pytest.mark.parametrize("ends", BEAM_ENDS)
def test_uneven_beam_converges(ends):
    assert_second_order(lambda n: Beam(ends=ends, positions=uneven(n), span=(0.0, 1.0)), beam_modes(ends))


def rectangle_modes(lengths, n_modes=6):
    """Return √Σ(πm/L)², the first in ascending order, of a box held at its boundary."""
    axes = [np.pi * np.arange(1, 9) / length for length in lengths]
    return np.sort(np.sqrt(sum(np.meshgrid(*[k**2 for k in axes]))).ravel())[:n_modes]


@pytest.mark.parametrize(("lengths", "sizes"), [((1.0, 0.6), (20, 40, 80)), ((1.0, 0.6, 0.7), (11, 22, 44))])
def test_membrane_converges_to_a_rectangle(lengths, sizes):
    def build(n):
        shape = [round((n + 1) * length * 10) // 10 + 3 * i for i, length in enumerate(lengths)]
        return Membrane(shape, [length / (m + 1) for length, m in zip(lengths, shape, strict=True)])

    assert np.all(orders(build, rectangle_modes(lengths), sizes) > 1.6)


def test_plate_converges_to_leissas_formula():
    # A. W. Leissa, Vibration of Plates, NASA SP-160 (1969), section 4.1: k² = (mπ/a)² + (nπ/b)².
    def build(n):
        return Plate((n, n + 5), (1.0 / (n + 1), 0.6 / (n + 6)))

    assert np.all(orders(build, rectangle_modes((1.0, 0.6))) > 1.9)


def test_room_with_rigid_walls():
    # P. M. Morse and K. U. Ingard, Theoretical Acoustics (1968), section 9.5: k² = Σ(πm/L)², m = 0, 1, …
    room = Membrane((60, 45, 30), 0.1, "free")
    expected = [0, np.pi / 6, np.pi / 4.5, np.hypot(np.pi / 6, np.pi / 4.5), np.pi / 3, np.pi / 3]
    np.testing.assert_allclose(wavenumbers(room, 6), expected, rtol=1e-3, atol=1e-9)


# Mode shapes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", ["fixed", "fixed-free"])
def test_string_mode_shapes_are_sines_at_the_positions(ends):
    operator = String(12, 0.25, ends)
    angle = {"fixed": np.pi / 13, "fixed-free": np.pi / 25}[ends]
    for j in range(4):
        theta = angle * (j + 1 if ends == "fixed" else 2 * j + 1)
        shape = operator.synthesize(np.eye(12)[j])
        expected = np.sin(theta * operator.positions / 0.25)
        np.testing.assert_allclose(np.abs(shape @ expected) / np.linalg.norm(expected), 1.0, rtol=1e-12)


@pytest.mark.parametrize("even", [True, False])
def test_cantilever_mode_shape(even):
    # cosh − cos − σ (sinh − sin), σ = 0.734095514 for the first mode (Blevins, table 8-1).
    x = np.arange(1, 41) / 40.5 if even else uneven(40)
    operator = Beam(ends="clamped-free", positions=x, span=(0.0, 1.0))
    shape = operator.synthesize(np.eye(40)[0])
    b = 1.87510407 * x
    expected = np.cosh(b) - np.cos(b) - 0.734095514 * (np.sinh(b) - np.sin(b))
    ratio = shape / expected
    np.testing.assert_allclose(ratio / ratio.mean(), 1.0, atol=4e-3)


# Independent assemblies ---------------------------------------------------------------------------------


def hermite_condensed(positions, ends, span):
    """Return the condensed stiffness of Hermite cubic beam elements, assembled in the textbook way."""
    supported = [end in ("pinned", "clamped") for end in ends]
    lower = [span[0]] if supported[0] or ends[0] == "guided" else []
    upper = [span[1]] if supported[1] or ends[1] == "guided" else []
    nodes = np.array([*lower, *positions, *upper])
    stiffness = np.zeros((2 * nodes.size, 2 * nodes.size))
    for i, h in enumerate(np.diff(nodes)):
        element = np.array(
            [
                [12, 6 * h, -12, 6 * h],
                [0, 4 * h**2, -6 * h, 2 * h**2],
                [0, 0, 12, -6 * h],
                [0, 0, 0, 4 * h**2],
            ]
        )
        element = (element + np.triu(element, 1).T) / h**3
        stiffness[2 * i : 2 * i + 4, 2 * i : 2 * i + 4] += element
    removed = []
    for end, node in zip(ends, (0, nodes.size - 1), strict=True):
        if end in ("pinned", "clamped"):
            removed.append(2 * node)
        if end in ("clamped", "guided"):
            removed.append(2 * node + 1)
    kept = [2 * (i + len(lower)) for i in range(len(positions))]
    free = [i for i in range(2 * nodes.size) if i not in kept and i not in removed]
    across = stiffness[np.ix_(kept, free)]
    return stiffness[np.ix_(kept, kept)] - across @ np.linalg.solve(stiffness[np.ix_(free, free)], across.T)


@pytest.mark.parametrize("ends", BEAM_ENDS)
def test_uneven_beam_is_the_condensed_hermite_beam(ends):
    positions, span = np.array([0.2, 0.35, 0.7, 0.8, 1.3]), (0.1, 1.45)
    operator = Beam(ends=ends, positions=positions, span=span)
    pair = ends.split("-")
    stiffness = hermite_condensed(positions, pair, span)
    edges = np.diff(positions) / 2
    before, after = (
        d / 2 if end in ("pinned", "clamped") else d for end, d in zip(pair, (0.1, 0.15), strict=True)
    )
    mass = np.array([before, *edges]) + np.array([*edges, after])
    expected = eigh(stiffness, np.diag(mass), eigvals_only=True)
    np.testing.assert_allclose(np.sort(operator.eigenvalues), expected, atol=1e-10 * expected[-1])
    np.testing.assert_allclose(operator.shares, mass / mass.mean(), rtol=1e-12)
    root = np.sqrt(mass)
    np.testing.assert_allclose(operator.matrix(), stiffness / np.outer(root, root), atol=1e-10 * expected[-1])


def test_plate_is_the_membrane_squared():
    ends = ("fixed", "free-fixed")
    matrix = Membrane((4, 3), (0.3, 0.5), ends).matrix()
    plate = Plate((4, 3), (0.3, 0.5), ("pinned", "guided-pinned"))
    np.testing.assert_allclose(plate.matrix(), matrix @ matrix, atol=1e-12 * plate.eigenvalues.max())


def test_membrane_is_a_kronecker_sum_in_c_order():
    one, two = String(3, 0.3, "fixed-free"), String(4, 0.5, "free")
    expected = np.kron(one.matrix(), np.eye(4)) + np.kron(np.eye(3), two.matrix())
    operator = Membrane((3, 4), (0.3, 0.5), ("fixed-free", "free"))
    np.testing.assert_allclose(operator.matrix(), expected, atol=1e-12 * operator.eigenvalues.max())
    np.testing.assert_array_equal(operator.positions[:4, 0], one.positions[0])
    np.testing.assert_array_equal(operator.positions[:4, 1], two.positions)


def test_second_difference_of_a_string():
    for ends, first, last in [("fixed", 2, 2), ("free", 1, 1), ("fixed-free", 2, 1), ("free-fixed", 1, 2)]:
        matrix = 2 * np.eye(6) - np.eye(6, k=1) - np.eye(6, k=-1)
        matrix[0, 0], matrix[-1, -1] = first, last
        np.testing.assert_allclose(String(6, 0.5, ends).matrix(), matrix / 0.25, atol=1e-12)


def test_path_graph_is_the_free_string():
    path = Graph([(i, i + 1) for i in range(7)], weights=np.full(7, 1 / 0.3**2))
    string = String(8, 0.3, "free")
    np.testing.assert_allclose(path.matrix(), string.matrix(), atol=1e-11)
    np.testing.assert_allclose(path.eigenvalues, string.eigenvalues, atol=1e-11)


def test_finite_element_pair_of_an_uneven_string():
    x = np.array([0.1, 0.4, 0.5, 1.1])
    gaps = np.diff(np.array([0.0, *x, 1.3]))
    stiffness = (
        np.diag(1 / gaps[:-1] + 1 / gaps[1:]) - np.diag(1 / gaps[1:-1], 1) - np.diag(1 / gaps[1:-1], -1)
    )
    pair = FiniteElement(stiffness, mass=(gaps[:-1] + gaps[1:]) / 2)
    string = String(positions=x, span=(0.0, 1.3))
    np.testing.assert_allclose(pair.eigenvalues, string.eigenvalues, rtol=1e-12)
    np.testing.assert_allclose(pair.matrix(), string.matrix(), atol=1e-12 * pair.eigenvalues.max())
    np.testing.assert_allclose(pair.shares, string.shares, rtol=1e-12)
