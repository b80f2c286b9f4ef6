"""Methods to compare with: filters that clean a recording, and identifiers that name its modes.

All take a recording and the wave operator at its sensors.  To add one: one file with a frozen class of
settings that satisfies `Denoiser`, `Identifier` or both, and one line in `BASELINES`.
"""

from wavefact.baselines.bandpass import Bandpass
from wavefact.baselines.base import Baseline, Denoiser, Identifier
from wavefact.baselines.bopdmd import BOPDMD
from wavefact.baselines.correlation_dmd import CorrelationDMD
from wavefact.baselines.dictionary import DictionaryLearning
from wavefact.baselines.dmd import DMD
from wavefact.baselines.emd import EMD
from wavefact.baselines.frequency_wavenumber import FrequencyWavenumberFilter
from wavefact.baselines.fsdd import FSDD
from wavefact.baselines.hankel_dmd import HankelDMD
from wavefact.baselines.ica import FastICA
from wavefact.baselines.kalman import KalmanSmoother
from wavefact.baselines.lowpass import Lowpass
from wavefact.baselines.moving_average import MovingAverage
from wavefact.baselines.nuclear_norm import NuclearNorm
from wavefact.baselines.savitzky_golay import SavitzkyGolay
from wavefact.baselines.shrinkage import OptimalShrinkage
from wavefact.baselines.spod import SPOD
from wavefact.baselines.ssi import SSI
from wavefact.baselines.svd import TruncatedSVD
from wavefact.baselines.vmd import VMD
from wavefact.baselines.wave_ksvd import WaveKSVD
from wavefact.baselines.wavelet import WaveletShrinkage
from wavefact.baselines.wavenumber import WavenumberFilter
from wavefact.baselines.wiener import Wiener

__all__ = [
    "BASELINES",
    "BOPDMD",
    "DMD",
    "EMD",
    "FSDD",
    "SPOD",
    "SSI",
    "VMD",
    "Bandpass",
    "Baseline",
    "CorrelationDMD",
    "Denoiser",
    "DictionaryLearning",
    "FastICA",
    "FrequencyWavenumberFilter",
    "HankelDMD",
    "Identifier",
    "KalmanSmoother",
    "Lowpass",
    "MovingAverage",
    "NuclearNorm",
    "OptimalShrinkage",
    "SavitzkyGolay",
    "TruncatedSVD",
    "WaveKSVD",
    "WaveletShrinkage",
    "WavenumberFilter",
    "Wiener",
]

BASELINES: dict[str, type[Baseline]] = {
    "bandpass": Bandpass,
    "lowpass": Lowpass,
    "moving-average": MovingAverage,
    "savgol": SavitzkyGolay,
    "wiener": Wiener,
    "wavelet": WaveletShrinkage,
    "kalman": KalmanSmoother,
    "wavenumber": WavenumberFilter,
    "fk": FrequencyWavenumberFilter,
    "svd": TruncatedSVD,
    "shrinkage": OptimalShrinkage,
    "nuclear": NuclearNorm,
    "spod": SPOD,
    "ica": FastICA,
    "dictionary": DictionaryLearning,
    "ksvd": WaveKSVD,
    "dmd": DMD,
    "hankel-dmd": HankelDMD,
    "correlation-dmd": CorrelationDMD,
    "bopdmd": BOPDMD,
    "ssi": SSI,
    "fsdd": FSDD,
    "vmd": VMD,
    "emd": EMD,
}
"""All baselines by the name that ``wavefact compare --with`` takes."""
