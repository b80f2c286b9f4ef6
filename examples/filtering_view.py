"""Fading waves in noise of three times their power: the filtering view of wave-informed factorization.

Over the wave weight γ it goes from one closed form (γ = 0, nuclear norm: every wavenumber passes) to another
(γ → ∞, group lasso: single eigenvectors pass).  It writes one picture to the folder it is run in.
"""

import numpy as np

import wavefact as wf
from wavefact import plots

SPEED, RATE, SNR = 100.0, 200.0, -5.0  # [m/s], [Hz], [dB]
LINE = wf.String(120, spacing=1.0)
N_SAMPLES, SEED = 120, 0


def fading_waves() -> np.ndarray:
    """Return three waves, each strongest elsewhere, on points 1 m apart: ω = 2c sin(k/2)."""
    x, t = LINE.positions, np.arange(N_SAMPLES) / RATE
    truth = np.zeros((x.size, t.size))
    for k, amplitude, middle in [(0.35, 1.0, 36.0), (0.7, 0.8, 72.0), (1.2, 0.6, 54.0)]:  # [rad/m], [m]
        shape = np.exp(-np.abs(x - middle) / 20.0) * np.sin(k * x)
        truth += amplitude * np.outer(shape, np.sin(2 * SPEED * np.sin(k / 2) * t))
    return truth


def bandpassed(fit: wf.Factorization, signals: np.ndarray) -> np.ndarray:
    """Return what passes any of the classical band-passes with the bands of the components."""
    at = LINE.wavenumber(LINE.eigenvalues)
    gain = fit.filters.butterworth(at).max(axis=0, initial=0.0)
    return LINE.synthesize(gain[:, None] * LINE.analyze(signals))


def main() -> None:
    truth = fading_waves()
    noise = np.sqrt(np.mean(truth**2) / 10 ** (SNR / 10))
    signals = truth + noise * np.random.default_rng(SEED).normal(size=truth.shape)
    weights = np.geomspace(1e-3, 1e8, 23)
    fits = [wf.factorize(signals, LINE, wave_weight=w, time_weight=0) for w in (0.0, *weights)]
    errors = wf.filters.FilterErrors(
        wave_weights=weights,
        factorization=np.array([wf.relative_error(f.reconstruct(), truth) for f in fits[1:]]),
        bandpass=np.array([wf.relative_error(bandpassed(f, signals), truth) for f in fits[1:]]),
        nuclear_norm=wf.relative_error(wf.filters.nuclear_norm(signals, LINE, fits[0].regularization), truth),
        group_lasso=wf.relative_error(wf.filters.group_lasso(signals, LINE, fits[-1].regularization), truth),
    )
    fit = wf.factorize(signals, LINE, time_weight=0)
    plots.save(plots.filters(fit, errors, component=2)[0, 0].figure, "filtering_view.png")
    print(fit.filters.bands(SPEED))
    print(f"relative error: nuclear norm {errors.nuclear_norm:.3f}, group lasso {errors.group_lasso:.3f},")
    print(f"  best band-pass {errors.bandpass.min():.3f}, automatic γ", end=" ")
    print(f"{wf.relative_error(fit.reconstruct(), truth):.3f}, best γ {errors.factorization.min():.3f}")


if __name__ == "__main__":
    main()
