"""A bridge under watch: from a folder of recordings to an alarm, and to the place of the damage.

python examples/monitoring.py [--picture monitoring.png]

Writes recordings of a simulated bridge whose stiffness follows the temperature into a temporary folder, the
last of them with a fifth of the bending stiffness lost between 12 and 14 m; learns from the first ones what
is healthy, judges the others, and says where stiffness was lost.  `wavefact simulate-week`, `baseline` and
`monitor` do the same from the command line, for as long as recordings come.
"""

import argparse
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import norm

import wavefact as wf
from wavefact import plots
from wavefact.simulate import bridge_hour, bridge_operator, hourly_temperatures

HOURS = 5 * np.arange(38)  # eight days, at all times of the day
HEALTHY, DAMAGED = 30, 33  # how many records are known to be healthy, and the first one that is not


def main() -> None:
    parser = argparse.ArgumentParser(description="Watch a simulated bridge, and find its damage.")
    parser.add_argument("--picture", default="monitoring.png", help="where to save the picture")
    arguments = parser.parse_args()

    temperatures = hourly_temperatures(HOURS[-1] + 1)[HOURS]
    with tempfile.TemporaryDirectory() as folder:
        for hour, temperature in zip(HOURS, temperatures, strict=True):
            loss = 0.2 if hour >= HOURS[DAMAGED] else 0.0
            recording = bridge_hour(temperature, loss, duration=60.0, rng=hour).recording
            wf.write(recording, Path(folder) / f"hour{hour:03}.h5")
        models = [wf.identify(wf.read(path)) for path in sorted(Path(folder).iterdir())]

    # What is healthy: how temperature moves each mode, and how far records are scattered beside that.
    tracks = wf.track_modes(models[:HEALTHY], 3600.0 * HOURS[:HEALTHY])
    baseline = wf.learn_baseline(tracks, temperatures[:HEALTHY], false_alarm_rate=0.01)
    print(baseline)

    later = HOURS[HEALTHY:]
    new = zip(models[HEALTHY:], 3600.0 * later, temperatures[HEALTHY:], strict=True)
    found = [baseline.assess(model, time, temperature) for model, time, temperature in new]
    values = norm.isf([assessment.p_value for assessment in found])  # standard normal while it is healthy
    chart = wf.ewma_chart(values, weight=0.4, false_alarm_rate=0.001, n_training=HEALTHY)
    print(f"\ndamaged from hour {HOURS[DAMAGED]}; first alarm at hour {later[chart.first_alarm]}:")
    print(found[chart.first_alarm].sentence)

    profile = wf.fit_stiffness(models[HEALTHY - 1], models[-1], bridge_operator())
    place = profile.regions()[0]  # the most probable, as in the picture
    low, high = place.loss_interval
    print(f"place {place.location:.1f} m, loss {100 * low:.0f} to {100 * high:.0f} % of the stiffness")

    figure = plt.figure(figsize=(11.5, 4.4), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[1.2, 1.0], wspace=0.03)
    plots.control_chart(chart, left.subplots(), times=later / 24).set_xlabel("time [days]")
    plots.stiffness(profile, right.subplots(2, 1))
    for ax in left.axes + right.axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=8.0)
    plots.save(figure, arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
