"""A structure through warm days and cold nights: frequencies freed from the temperature.

python examples/temperature.py tower_modal_eov [--picture temperature.png]

The folder is tests/data/result_db_short/30-minutes of github.com/pyOMA-dev/pyoma-monitoring (MIT licence):
poles of a tower of 190 m in 494 half hours, as an identification left them, and five temperatures.  Without
it the modes of a week of a simulated frame are taken, whose stiffness falls with the temperature.
"""

import argparse
from pathlib import Path

import h5py
import numpy as np

import wavefact as wf
from wavefact import plots
from wavefact.simulate import frame_operator, hourly_temperatures

Records = tuple[np.ndarray, list[wf.ModalModel], np.ndarray]


def measured(folder: Path) -> Records:
    """Return times [s], poles and temperatures [°C] of the tower."""
    with h5py.File(folder / "modal_accel.nc") as file:
        hours = file["time"][:]
        models = wf.models_of_poles(
            file["frequencies"][:],
            file["damping"][:] / 100,
            file["modeshapes"][:],
            frequency_errors=file["std_frequencies"][:],
        )
    with h5py.File(folder / "stats_temp.nc") as file:
        minutes, temperatures = file["time"][:], file["mean"][:]
    rows = np.searchsorted(minutes - 150, 60 * hours)  # their clock starts two and a half hours earlier
    return 3600.0 * hours, models, temperatures[rows]


def simulated() -> Records:
    """Return a week of hourly modes of a frame that loses 0.1 % of its stiffness with each degree."""
    rng = np.random.default_rng(0)
    temperatures = hourly_temperatures(168)
    operator = frame_operator()
    frequencies = np.sqrt(operator.eigenvalues[:4] / operator.eigenvalues[0])  # the first at 1 Hz
    shapes = np.asarray(operator.synthesize(np.eye(len(operator.eigenvalues))))[:, :4]
    models = []
    for temperature in temperatures:
        factor = np.sqrt(1.0 - 1e-3 * (temperature - 15.0)) * (1.0 + 1e-3 * rng.standard_normal(4))
        noisy = shapes + 0.01 * np.abs(shapes).max() * rng.standard_normal(shapes.shape)
        models.append(wf.ModalModel(frequencies * factor, np.full(4, 0.01), noisy))
    return 3600.0 * np.arange(168), models, temperatures


def main() -> None:
    parser = argparse.ArgumentParser(description="Free frequencies from temperature.")
    parser.add_argument(
        "folder", type=Path, nargs="?", help="tower_modal_eov; by default a frame is simulated"
    )
    parser.add_argument("--picture", default="temperature.png", help="where to save the picture")
    arguments = parser.parse_args()
    if arguments.folder is None:
        print("no folder given: a week of a frame under temperature is simulated")
        times, models, temperatures = simulated()
    else:
        times, models, temperatures = measured(arguments.folder)

    tracks = wf.track_modes(models, times)
    print(tracks)
    training = times < np.quantile(times, 0.75)  # the last quarter is new to it
    environment = wf.fit_environment(tracks, temperatures, training=training)
    print(f"\n{environment}\n")
    corrected = environment.corrected(tracks, temperatures)
    mean = temperatures if temperatures.ndim == 1 else temperatures.mean(axis=1)
    print("mode   f [Hz]   correlation with temperature: as found, corrected (the last quarter, new to it)")
    for mode, frequency in enumerate(tracks.reference_frequencies):
        values = []
        for frequencies in (tracks.frequencies[:, mode], corrected.frequencies[:, mode]):
            known = ~training & np.isfinite(frequencies) & np.isfinite(mean)
            values.append(np.corrcoef(frequencies[known], mean[known])[0, 1] if known.sum() > 20 else np.nan)
        print(f"{mode + 1:4d} {frequency:8.3f}   {values[0]:+.2f}, {values[1]:+.2f}")

    axes = plots.tracks(tracks, corrected, conditions=mean)
    plots.save(np.ravel(axes)[0].figure, arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
