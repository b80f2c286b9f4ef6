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
from wavefact.io import RecordingInfo, read, scan, write
from wavefact.metrics import relative_error, snr_db
from wavefact.modal import ModalModel, identify, mac, mpc
from wavefact.operators import Beam, FiniteElement, Graph, Membrane, Plate, String, WaveOperator
from wavefact.preparation import detrend
from wavefact.recording import Recording
from wavefact.solution import Certificate, Status, Step

__all__ = [
    "Beam",
    "Certificate",
    "CorruptFileError",
    "Factorization",
    "FiniteElement",
    "Graph",
    "InputError",
    "Membrane",
    "MissingPackageError",
    "ModalModel",
    "NotCertifiedError",
    "Plate",
    "Recording",
    "RecordingInfo",
    "Status",
    "Step",
    "String",
    "UnknownFormatError",
    "UnwritableTargetError",
    "WaveOperator",
    "WavefactError",
    "detrend",
    "factorize",
    "gains",
    "identify",
    "mac",
    "mpc",
    "passband",
    "read",
    "regularization_path",
    "relative_error",
    "scan",
    "snr_db",
    "wave_weight_from_bandwidth",
    "write",
]

__version__ = "0.1.0"
