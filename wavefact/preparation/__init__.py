"""What is done to raw recordings before modes are identified: one step a file.

`channel_faults` says which channels to leave out.  `detrend` removes offsets and drifts, `bandpass` what is
outside a band, `decimate` the samples that are too many.  `to_quantity` integrates or differentiates, so that
`stack` can put the channels of several loggers together; `time_lag` and `align` first bring loggers to one
clock.  `correlation_functions` and `random_decrement` turn ambient vibration into free decays.
"""

from wavefact.preparation.alignment import align
from wavefact.preparation.decays import correlation_functions, random_decrement
from wavefact.preparation.faults import ChannelFault, ChannelFaults, channel_faults
from wavefact.preparation.filtering import bandpass
from wavefact.preparation.quantities import to_quantity
from wavefact.preparation.resampling import decimate
from wavefact.preparation.stacking import stack
from wavefact.preparation.timing import TimeLag, time_lag
from wavefact.preparation.trend import detrend

__all__ = [
    "ChannelFault",
    "ChannelFaults",
    "TimeLag",
    "align",
    "bandpass",
    "channel_faults",
    "correlation_functions",
    "decimate",
    "detrend",
    "random_decrement",
    "stack",
    "time_lag",
    "to_quantity",
]
