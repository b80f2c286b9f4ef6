"""Wave-informed factorization of sensor recordings, with a proven global optimum.

`read` a recording, `factorize` it into wave-like components, `identify` the modes in them.
"""

from wavefact.compare import Comparison, compare_methods
from wavefact.completion import complete
from wavefact.denoising import declip, denoise
from wavefact.errors import (
    CorruptFileError,
    InputError,
    MissingPackageError,
    NotCertifiedError,
    UnknownFormatError,
    UnwritableTargetError,
    WavefactError,
)
from wavefact.factorization import Factorization
from wavefact.filters import FilterBank, gains, passband, wave_weight_from_bandwidth
from wavefact.finding import find_modes
from wavefact.fit import factorize, regularization_path
from wavefact.frequency_wavenumber import (
    DispersionPoints,
    FrequencyWavenumberMap,
    SingularValues,
    dispersion_points,
    frequency_wavenumber,
    singular_values,
    travelling_waves,
)
from wavefact.geometry import Geometry
from wavefact.health import LocalLevels, ModeTracks, follow, mode_levels, models_of_poles, track_modes
from wavefact.io import RecordingInfo, read, scan, write
from wavefact.local_wavenumber import LocalWavenumbers, local_wavenumbers
from wavefact.metrics import relative_error, snr_db
from wavefact.modal import (
    DirectedWaves,
    ModalModel,
    ModeComparison,
    Segments,
    SpeedFit,
    Stabilization,
    WaveSpeed,
    comac,
    compare_modes,
    directed_waves,
    expand_shapes,
    fit_speed,
    identify,
    identify_setups,
    mac,
    mcf,
    merge_setups,
    mpc,
    mpd,
    msf,
    read_modes,
    segments,
    stabilization,
    wave_speed,
    write_modes,
)
from wavefact.operators import Beam, FiniteElement, Graph, Media, Membrane, Plate, String, Time, WaveOperator
from wavefact.placement import sensor_positions
from wavefact.preparation import (
    ChannelFaults,
    TimeLag,
    align,
    bandpass,
    channel_faults,
    correlation_functions,
    decimate,
    detrend,
    random_decrement,
    stack,
    time_lag,
    to_quantity,
)
from wavefact.recording import Recording
from wavefact.solution import Certificate, Status, Step
from wavefact.spectral import FrequencyResponse, fdd, frequency_response, modes_of_response
from wavefact.streaming import RunningFit
from wavefact.whitening import Whitening, whiten

__all__ = [
    "Beam",
    "Certificate",
    "ChannelFaults",
    "Comparison",
    "CorruptFileError",
    "DirectedWaves",
    "DispersionPoints",
    "Factorization",
    "FilterBank",
    "FiniteElement",
    "FrequencyResponse",
    "FrequencyWavenumberMap",
    "Geometry",
    "Graph",
    "InputError",
    "LocalLevels",
    "LocalWavenumbers",
    "Media",
    "Membrane",
    "MissingPackageError",
    "ModalModel",
    "ModeComparison",
    "ModeTracks",
    "NotCertifiedError",
    "Plate",
    "Recording",
    "RecordingInfo",
    "RunningFit",
    "Segments",
    "SingularValues",
    "SpeedFit",
    "Stabilization",
    "Status",
    "Step",
    "String",
    "Time",
    "TimeLag",
    "UnknownFormatError",
    "UnwritableTargetError",
    "WaveOperator",
    "WaveSpeed",
    "WavefactError",
    "Whitening",
    "align",
    "bandpass",
    "channel_faults",
    "comac",
    "compare_methods",
    "compare_modes",
    "complete",
    "correlation_functions",
    "decimate",
    "declip",
    "denoise",
    "detrend",
    "directed_waves",
    "dispersion_points",
    "expand_shapes",
    "factorize",
    "fdd",
    "find_modes",
    "fit_speed",
    "follow",
    "frequency_response",
    "frequency_wavenumber",
    "gains",
    "identify",
    "identify_setups",
    "local_wavenumbers",
    "mac",
    "mcf",
    "merge_setups",
    "mode_levels",
    "models_of_poles",
    "modes_of_response",
    "mpc",
    "mpd",
    "msf",
    "passband",
    "random_decrement",
    "read",
    "read_modes",
    "regularization_path",
    "relative_error",
    "scan",
    "segments",
    "sensor_positions",
    "singular_values",
    "snr_db",
    "stabilization",
    "stack",
    "time_lag",
    "to_quantity",
    "track_modes",
    "travelling_waves",
    "wave_speed",
    "wave_weight_from_bandwidth",
    "whiten",
    "write",
    "write_modes",
]

__version__ = "0.1.0"
