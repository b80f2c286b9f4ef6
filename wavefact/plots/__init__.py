"""Pictures of results: each function takes results, computes nothing heavy and returns its Axes.

Import it with ``from wavefact import plots``; matplotlib is loaded by the first picture.  Pass ``ax`` or
``axes`` to draw into a figure of your own; nothing here shows a window or changes matplotlib's settings.
Add a picture: one file beside these with one function, and one line in ``__all__``.
"""

from wavefact.plots.certificate import certificate
from wavefact.plots.components import components
from wavefact.plots.modes import modes
from wavefact.plots.polar import polar
from wavefact.plots.summary import save, summary
from wavefact.plots.wavefield import wavefield

__all__ = ["certificate", "components", "modes", "polar", "save", "summary", "wavefield"]
