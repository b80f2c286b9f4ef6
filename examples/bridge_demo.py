"""A footbridge in wind: 40 accelerometers whose noise is stronger than the motion.

python examples/bridge_demo.py [--picture bridge.png]

Reads the recording that comes with wavefact, factorizes it, names the modes in it, compares them with the
simulation's truth and saves a picture.
"""

import argparse
from pathlib import Path

import wavefact as wf
from wavefact import plots
from wavefact.simulate import demo_operator, make_demo

RECORDING = Path(__file__).resolve().parents[1] / "data" / "demo.h5"


def main() -> None:
    parser = argparse.ArgumentParser(description="Factorize the demonstration and name its modes.")
    parser.add_argument("--picture", default="bridge.png", help="where to save the picture")
    arguments = parser.parse_args()

    recording = wf.read(RECORDING)
    print(recording)

    # The number of components is found, not given; so are λ, from the noise, and γ, by prediction.
    fit = wf.factorize(recording, demo_operator())
    print(fit)

    model = wf.identify(fit)
    truth = make_demo().truth
    indices, partners = truth.match(model)
    likeness = truth.mac(model)

    print("\n  frequency [Hz]      damping [%]       MAC")
    print("   true   found      true   found")
    for true, found in zip(indices, partners, strict=True):
        print(
            f"  {truth.frequencies[true]:5.3f}   {model.frequencies[found]:5.3f}"
            f"     {100 * truth.damping_ratios[true]:5.2f}   {100 * model.damping_ratios[found]:5.2f}"
            f"    {likeness[true, found]:6.4f}"
        )
    print(f"\n{len(indices)} of {truth.n_modes} modes found, {model.n_modes - len(indices)} others named")
    print(f"proven within {fit.certificate.gap:.0e} of the global optimum")

    plots.save(plots.summary(recording, fit, model), arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
