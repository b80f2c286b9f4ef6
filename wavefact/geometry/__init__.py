"""Where a structure's points are, what joins them, and in which directions its channels measure.

A `Geometry` turns mode shapes, which are one number a channel, into displacements of points: least
squares of the directions measured there (`_recovery`), and `Slave` relations where nothing is measured;
`rigid_slaves` makes those of a stiff floor, and `direction_from_angles` the direction of an oblique sensor.
Where there is no geometry file, `Geometry.from_positions` makes lines and surfaces from the sensors'
positions (`_layout`).  Files are HDF5 or UFF (`uff`).
"""

from wavefact.geometry.directions import direction_from_angles
from wavefact.geometry.slave import Slave, rigid_slaves
from wavefact.geometry.structure import Geometry

__all__ = ["Geometry", "Slave", "direction_from_angles", "rigid_slaves"]
