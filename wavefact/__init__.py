"""Wave-informed factorization of sensor recordings, with a proven global optimum.

`read` a recording, `factorize` it into wave-like components, `identify` the modes in them.
"""

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
from wavefact.filters import gains, passband, wave_weight_from_bandwidth
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
from wavefact.io import RecordingInfo, read, scan, write
from wavefact.metrics import relative_error, snr_db
from wavefact.modal import (
    ModalModel,
    ModeComparison,
    SpeedFit,
    WaveSpeed,
    comac,
    compare_modes,
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
    wave_speed,
    write_modes,
)
from wavefact.operators import Beam, FiniteElement, Graph, Membrane, Plate, String, Time, WaveOperator
from wavefact.preparation import detrend
from wavefact.recording import Recording
from wavefact.solution import Certificate, Status, Step
from wavefact.spectral import FrequencyResponse, fdd, frequency_response, modes_of_response

__all__ = [
    "Beam",
    "Certificate",
    "CorruptFileError",
    "DispersionPoints",
    "Factorization",
    "FiniteElement",
    "FrequencyResponse",
    "FrequencyWavenumberMap",
    "Geometry",
    "Graph",
    "InputError",
    "Membrane",
    "MissingPackageError",
    "ModalModel",
    "ModeComparison",
    "NotCertifiedError",
    "Plate",
    "Recording",
    "RecordingInfo",
    "SingularValues",
    "SpeedFit",
    "Status",
    "Step",
    "String",
    "Time",
    "UnknownFormatError",
    "UnwritableTargetError",
    "WaveOperator",
    "WaveSpeed",
    "WavefactError",
    "comac",
    "compare_modes",
    "detrend",
    "dispersion_points",
    "expand_shapes",
    "factorize",
    "fdd",
    "fit_speed",
    "frequency_response",
    "frequency_wavenumber",
    "gains",
    "identify",
    "identify_setups",
    "mac",
    "mcf",
    "merge_setups",
    "modes_of_response",
    "mpc",
    "mpd",
    "msf",
    "passband",
    "read",
    "read_modes",
    "regularization_path",
    "relative_error",
    "scan",
    "singular_values",
    "snr_db",
    "travelling_waves",
    "wave_speed",
    "wave_weight_from_bandwidth",
    "write",
    "write_modes",
]

__version__ = "0.1.0"
