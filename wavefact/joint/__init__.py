"""The certified search over two axes: where the polar of a residual is large, and that it is nowhere larger.

The polar of a residual R over both axes is ``Ω°(R) = max σ_max(W(κ)^{-1/2} R V(μ)^{-1/2})`` over all
centres κ and tones μ.  One step a file: `residual_map` holds R with its axes (columns near a tone
exactly, far ones as blocks), `cells` cuts the plane (or a curve in it) into boxes, `peaks` finds where
the polar is large, `proof` shows that it is nowhere above a level.
"""

from wavefact.joint.cells import Curve, Domain, Plane
from wavefact.joint.peaks import Peak, climb, climb_exactly, peaks
from wavefact.joint.proof import prove
from wavefact.joint.residual_map import ResidualMap

__all__ = ["Curve", "Domain", "Peak", "Plane", "ResidualMap", "climb", "climb_exactly", "peaks", "prove"]
