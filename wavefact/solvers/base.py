"""What solvers share: factors, seeds, and what a search over a residual has to offer."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from wavefact._arrays import Array, array_namespace

__all__ = ["Factors", "Search", "Seed", "joined"]


class Seed(NamedTuple):
    """Where a descent begins: shapes (n_points, n_components) and, where time has a weight, their tones."""

    shapes: Array
    tones: Array | None = None

    @property
    def n_components(self) -> int:
        """Number of components."""
        return int(self.shapes.shape[1])

    def first(self, count: int) -> Seed:
        """Return at most `count` of the components."""
        count = min(count, self.n_components)
        return Seed(self.shapes[:, :count], None if self.tones is None else self.tones[:count])


class Factors(NamedTuple):
    """Shapes (n_points, n_components), courses (n_components, n_samples), centres and tones of each."""

    shapes: Array
    courses: Array
    centres: Array
    tones: Array | None = None

    @property
    def n_components(self) -> int:
        """Number of components."""
        return int(self.shapes.shape[1])

    @property
    def seed(self) -> Seed:
        """Where a descent from here begins."""
        return Seed(self.shapes, self.tones)


def joined(first: Seed, second: Seed) -> Seed:
    """Return the components of both."""
    xp = array_namespace(first.shapes)
    shapes = xp.concat([first.shapes, second.shapes], axis=1)
    if first.tones is None or second.tones is None:
        return Seed(shapes)
    return Seed(shapes, xp.concat([first.tones, second.tones]))


class Search(Protocol):
    """How factors are improved and a residual is searched, for one kind of problem.

    An *image* is what the search keeps of a residual; *above* are places where the polar is too high, of
    whatever kind `grow` of the same search takes.

    Attributes
    ----------
    most : int
        Components that an optimum can need.
    rounding : float
        Relative error that rounding can cause in a level that `prove` has proven.
    """

    most: int
    rounding: float

    def seed(self, start: Array | Seed | None) -> Seed:
        """Return where to begin."""

    def nothing(self) -> Factors:
        """Return factors without components."""

    def descend(self, seed: Seed, rtol: float) -> Factors:
        """Minimise from `seed` to a relative step of `rtol`."""

    def prune(self, factors: Factors, vanishing: float) -> Factors:
        """Drop components of amplitude ‖d‖‖x‖ ≤ `vanishing` and merge duplicates."""

    def refine(self) -> None:
        """Leave out less of what `descend` may leave out, from now on."""

    def image(self, residual: Array) -> Any:
        """Return what is needed of a residual."""

    def sweep(self, image: Any, factors: Factors, level: float) -> Any:
        """Return where the polar is found above `level`."""

    def prove(self, image: Any, factors: Factors, level: float) -> Any:
        """Prove the polar to be at most `level`, or return where it is not."""

    def grow(self, image: Any, above: Any) -> tuple[Seed, float]:
        """Return new components for these places, and the highest polar among them."""

    def attained(self, image: Any, factors: Factors) -> float:
        """Return the largest polar at the components and the bounds of the domain."""

    def polar(self, image: Any, factors: Factors, rtol: float) -> tuple[float, float]:
        """Return the polar attained and an upper bound proven to `rtol`."""
