"""Pictures of results: each function takes results, computes nothing heavy and returns its Axes.

`animate` and `save` write files.

Import it with ``from wavefact import plots``; matplotlib is loaded by the first picture.  Pass ``ax`` or
``axes`` to draw into a figure of your own; nothing here shows a window or changes matplotlib's settings.
Add a picture: one file beside these with one function, and one line in ``__all__``.
"""

from wavefact.plots.animation import animate
from wavefact.plots.certificate import certificate
from wavefact.plots.changed_shapes import changed_shapes
from wavefact.plots.comparison import comparison
from wavefact.plots.components import components
from wavefact.plots.control_chart import control_chart
from wavefact.plots.filters import filters
from wavefact.plots.forecast import forecast
from wavefact.plots.frequency_wavenumber import frequency_wavenumber
from wavefact.plots.indicators import indicators
from wavefact.plots.local_wavenumbers import local_wavenumbers
from wavefact.plots.mac_matrix import mac_matrix
from wavefact.plots.modes import modes
from wavefact.plots.monitoring import monitoring
from wavefact.plots.operating_curve import operating_curve
from wavefact.plots.phases import phases
from wavefact.plots.polar import polar
from wavefact.plots.response import response
from wavefact.plots.shape import shape
from wavefact.plots.singular_values import singular_values
from wavefact.plots.stabilization import stabilization
from wavefact.plots.stiffness import stiffness
from wavefact.plots.summary import save, summary
from wavefact.plots.tracks import tracks
from wavefact.plots.wavefield import wavefield
from wavefact.plots.weight_choice import weight_choice

__all__ = [
    "animate",
    "certificate",
    "changed_shapes",
    "comparison",
    "components",
    "control_chart",
    "filters",
    "forecast",
    "frequency_wavenumber",
    "indicators",
    "local_wavenumbers",
    "mac_matrix",
    "modes",
    "monitoring",
    "operating_curve",
    "phases",
    "polar",
    "response",
    "save",
    "shape",
    "singular_values",
    "stabilization",
    "stiffness",
    "summary",
    "tracks",
    "wavefield",
    "weight_choice",
]
