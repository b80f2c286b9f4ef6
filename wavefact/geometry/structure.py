"""The geometry of a measured structure: `Geometry`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact.errors import InputError
from wavefact.geometry._checks import (
    checked_names,
    checked_pairs,
    checked_points,
    checked_surfaces,
    frozen,
    point_indices,
)
from wavefact.geometry._recovery import PointSolver, SlaveSolver, known_points, point_solvers
from wavefact.geometry.directions import as_directions
from wavefact.geometry.slave import Slave

if TYPE_CHECKING:
    from wavefact.operators import WaveOperator

__all__ = ["Geometry"]


@dataclass(frozen=True, eq=False, repr=False)
class Geometry:
    """Hold the points of a structure, what joins them, and where and how its channels measure.

    Parameters
    ----------
    points : (n_points,), (n_points, 2) or (n_points, 3) array [m]
        Coordinates; missing ones are 0.
    lines : (n_lines, 2) array of int
        Pairs of points, counted from 0.
    surfaces : sequence of three or four int each
        Corners of triangles and quadrilaterals, in order around them.
    channel_points : (n_channels,) array of int
        The point at which each channel measures.
    channel_directions : direction for all, or a sequence of n_channels
        "x", "-y" and the like, or vectors of three numbers, oblique ones too, of any length.
    point_names, channel_names : sequences of different str, optional
    slaves : sequence of Slave
        How points that are not measured follow others; where a direction is measured, the measurement counts.

    Raises
    ------
    InputError
        If a field has the wrong shape, names no point, is not finite, a direction is zero, or slaves follow
        each other in a circle.

    Examples
    --------
    A mast with two oblique sensors at its top:

    >>> mast = wf.Geometry([(0, 0, 0), (0, 0, 4)], lines=[(0, 1)], channel_points=[1, 1],
    ...                    channel_directions=[(1, 1, 0), (1, -1, 0)])
    >>> print(mast.displacements(np.array([[1.0], [1.0]]))[1, :, 0].round(3) + 0.0)
    [1.414 0.    0.   ]
    """

    points: np.ndarray
    lines: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    surfaces: tuple[tuple[int, ...], ...] = ()
    channel_points: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    channel_directions: np.ndarray = field(default_factory=lambda: np.zeros((0, 3)))
    point_names: tuple[str, ...] | None = None
    channel_names: tuple[str, ...] | None = None
    slaves: tuple[Slave, ...] = ()

    def __post_init__(self) -> None:
        points = checked_points(self.points)
        at = point_indices(self.channel_points, len(points), "channel_points")
        if at.ndim != 1:
            raise InputError(f"channel_points have shape {at.shape}; expected (n_channels,).")
        for name, value in (
            ("points", points),
            ("lines", checked_pairs(self.lines, len(points))),
            ("surfaces", checked_surfaces(self.surfaces, len(points))),
            ("channel_points", frozen(at)),
            ("channel_directions", frozen(as_directions(self.channel_directions, at.size, "direction"))),
            ("point_names", checked_names(self.point_names, len(points), "point")),
            ("channel_names", checked_names(self.channel_names, at.size, "channel")),
            ("slaves", tuple(self.slaves)),
        ):
            object.__setattr__(self, name, value)
        for slave in self.slaves:
            named = [slave.point, *(parent for parent, _ in slave.parents)]
            point_indices(named, len(points), f"points of the slave of point {slave.point}")
        if self.slaves:
            self._slave_solver  # noqa: B018 — refuses circles now rather than at the first mode shape

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.points)

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self.channel_points)

    @property
    def size(self) -> float:
        """Longest edge of the box around all points [m]; 1 where there is a single point."""
        return float(np.ptp(self.points, axis=0).max()) or 1.0

    @cached_property
    def measured(self) -> np.ndarray:
        """Mask (n_points,) of the points that have a channel, or follow points that have."""
        return frozen(known_points(self._point_solvers, self.slaves, self.n_points))

    @cached_property
    def _point_solvers(self) -> dict[int, PointSolver]:
        return point_solvers(self.channel_points, self.channel_directions)

    @cached_property
    def _slave_solver(self) -> SlaveSolver:
        return SlaveSolver(self.slaves, self._point_solvers)

    def displacements(self, shapes: np.ndarray) -> np.ndarray:
        """Return how the points move where the channels move as `shapes` say.

        Parameters
        ----------
        shapes : (n_channels, n_modes) array, real or complex

        Returns
        -------
        (n_points, 3, n_modes) array
            In the unit of the shapes; 0 at points that are not `measured`.

        Raises
        ------
        InputError
            If there is not one number a channel, or one is not finite.

        Notes
        -----
        At each point the least squares of its channels' directions, of minimum norm where they leave some
        direction open; then the slaves.  A warning is logged where directions are nearly the same, so that
        what lies across them is hardly measured.
        """
        values = np.asarray(shapes)
        if values.ndim != 2 or len(values) != self.n_channels:
            raise InputError(
                f"Shapes of {values.shape} came for a geometry of {self.n_channels} channels; give "
                f"({self.n_channels}, n_modes), or set channel_points and channel_directions to match."
            )
        if not np.all(np.isfinite(values)):
            raise InputError("The mode shapes hold NaN or infinity; leave those channels out first.")
        moved = np.zeros((self.n_points, 3, values.shape[1]), dtype=np.result_type(values.dtype, float))
        for solver in self._point_solvers.values():
            moved[solver.point] = solver.inverse @ values[solver.channels]
        self._slave_solver.apply(moved)
        return moved

    def for_channels(self, names: Iterable[str]) -> Geometry:
        """Return the geometry with the channels of these names only, in this order.

        Raises
        ------
        InputError
            If there are no channel names, or not these.
        """
        wanted = list(names)
        if self.channel_names is None:
            raise InputError(
                "The geometry has no channel names; give channel_names, in the order of channels."
            )
        missing = [name for name in wanted if name not in self.channel_names]
        if missing:
            raise InputError(
                f"The geometry has no channel {', '.join(map(repr, missing[:5]))}; "
                f"it has {', '.join(map(repr, self.channel_names[:12]))}."
            )
        chosen = [self.channel_names.index(name) for name in wanted]
        return dataclasses.replace(
            self,
            channel_points=self.channel_points[chosen],
            channel_directions=self.channel_directions[chosen],
            channel_names=tuple(wanted),
        )

    @classmethod
    def from_positions(cls, positions: Any, names: Sequence[str] | None = None) -> Geometry:
        """Return the geometry of sensors of which only the positions are known.

        Parameters
        ----------
        positions : (n_channels,) or (n_channels, n_dims) array [m]
        names : sequence of n_channels str, optional
            The channels' names.

        Returns
        -------
        Geometry
            One point a channel.  Points on a line are joined in order and points in a plane by a grid, or by
            triangles; the channels measure across them (along z, where the line or plane is level).  Other
            points are joined to their neighbours and taken to measure along z; a line is logged.

        Raises
        ------
        InputError
            If a position is not finite, or they have more than three dimensions.
        """
        from wavefact.geometry._layout import laid_out

        points = checked_points(positions)
        lines, surfaces, direction = laid_out(points)
        return cls(
            points,
            lines=lines,
            surfaces=tuple(map(tuple, surfaces)),
            channel_points=np.arange(len(points)),
            channel_directions=np.tile(direction, (len(points), 1)),
            channel_names=None if names is None else tuple(names),
        )

    @classmethod
    def of(cls, operator: WaveOperator) -> Geometry:
        """Return the geometry of an operator: its positions, and the edges where it is a graph."""
        geometry = cls.from_positions(operator.positions)
        edges = getattr(operator, "edges", None)
        return geometry if edges is None else dataclasses.replace(geometry, lines=edges, surfaces=())

    def save(self, path: str | PathLike[str]) -> None:
        """Write the geometry to an HDF5 file; an existing file is replaced once all is written.

        Raises
        ------
        UnwritableTargetError
            If the file cannot be written.
        """
        from wavefact.geometry._files import save_geometry

        save_geometry(self, Path(path))

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Geometry:
        """Read a geometry that `save` wrote.

        Raises
        ------
        InputError
            If there is no such file.
        UnknownFormatError, CorruptFileError
            If the file is not a geometry, or is damaged.
        """
        from wavefact.geometry._files import load_geometry

        return load_geometry(Path(path))

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Geometry:
        """Read a geometry from HDF5 as `save` wrote it, or from a UFF file, recognised by its content.

        Of UFF the nodes (data sets 15, 2411), trace lines (82), elements (2412) and units (164) are read.
        Channels are the responses (58), in order, and what mode shapes (55) move.

        Raises
        ------
        InputError
            If there is no such file.
        UnknownFormatError, CorruptFileError
            If the file is neither, holds no nodes, or is damaged.
        MissingPackageError
            If pyuff, which reads UFF, is not installed.
        """
        from wavefact.geometry._files import read_geometry

        return read_geometry(Path(path))

    def write_uff(self, path: str | PathLike[str]) -> None:
        """Write points, lines and surfaces to a UFF file: data sets 164, 15, 82 and 2412, in metres.

        Nodes have the points' names as numbers where they are whole numbers, else 1, 2, …; UFF has no place
        for channels and slaves.

        Raises
        ------
        MissingPackageError
            If pyuff is not installed.
        UnwritableTargetError
            If the file cannot be written.
        """
        from wavefact.geometry.uff import geometry_sets, write_sets

        write_sets(geometry_sets(self), Path(path))
