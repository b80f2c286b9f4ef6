"""Components without proof, where they are only compared, or tell the noise that they leave."""

from __future__ import annotations

from wavefact._arrays import Array
from wavefact.observed_problem import ObservedProblem
from wavefact.solvers.base import Factors, joined
from wavefact.solvers.descent import descend
from wavefact.solvers.space_search import SpaceSearch

__all__ = ["rough_factors"]

N_ROUNDS = 4  # of growth
ACCURACY, MOST_STEPS = 1e-3, 40  # of the descents
ABOVE = 0.02  # of λ: a polar that is no higher adds too little
MOST_COMPONENTS = 48  # a weight that needs more is no candidate
VANISHING = 1e-4  # of the data: amplitudes below it are left out


def rough_factors(problem: ObservedProblem, shapes: Array | None = None) -> Factors:
    """Return factors near the optimum, from `shapes` on, by growth in which nothing is proven."""
    search = SpaceSearch(problem)
    vanishing, level = VANISHING * problem.energy**0.5, problem.regularization * (1.0 + ABOVE)
    seed = search.seed(shapes)
    factors = descend(problem, seed.shapes, ACCURACY, MOST_STEPS) if seed.n_components else search.nothing()
    for _ in range(N_ROUNDS):
        image = search.image(problem.residual(factors.shapes, factors.courses))
        above = search.sweep(image, factors, level)
        if len(above) == 0:
            break
        new = search.grow(image, above)[0].first(max(MOST_COMPONENTS - factors.n_components, 0))
        if new.n_components == 0:
            break
        grown = descend(problem, joined(factors.seed, new).shapes, ACCURACY, MOST_STEPS)
        factors = search.prune(grown, vanishing)
    return factors
