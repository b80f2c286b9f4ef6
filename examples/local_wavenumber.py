"""Hidden damage of a plate, mapped by the local wavenumber of guided waves that a laser vibrometer saw.

python examples/local_wavenumber.py Data_AlSide_0_8mm_100kHz.mat [--picture local_wavenumber.png]

The file is in Data/ of github.com/BAMresearch/WavenumberAnalysis (J. Bulling; GPL-3.0), of Lugovtsova et al.,
"Damage quantification in aluminium-CFRP composite structures using guided wave wavenumber mapping",
Structural Health Monitoring: a plate of 6.03 mm, one frequency of 100 kHz, 281 × 309 points.
"""

import argparse
import sys
from pathlib import Path

import h5py
import numpy as np
from scipy import ndimage

import wavefact as wf
from wavefact import plots

BAND = (300.0, 600.0)  # rad/m: the flexural wave, not the symmetric one of 105 rad/m
EXPLAINED = 0.995  # share of a patch from which it counts as one medium


def read_field(path: Path) -> tuple[np.ndarray, tuple[float, float], np.ndarray]:
    """Return the field, the spacing of its points [m], and rows of thickness [mm] and wavenumber [rad/m]."""
    with h5py.File(path) as file:
        spectrum = file["experiment/spectrum/value"][()]
        n_x, n_y = file["experiment/N_POINT/value"][()].astype(int).ravel()
        dx, dy = file["experiment/dx/value"][()].ravel()
        table = [file[f"relation/{name}/value"][()].ravel() for name in ("thickness", "wavenumber")]
    field = np.fft.ifft2(np.fft.ifftshift((spectrum["real"] + 1j * spectrum["imag"]).T))
    return field[:n_x, :n_y], (float(dx), float(dy)), np.stack(table, axis=1)


def regions(found: wf.LocalWavenumbers) -> tuple[np.ndarray, np.ndarray]:
    """Return masks of the damage, around which the scan was laid, and of the intact rest of the plate.

    Edges, in whose patches two media meet, part them: no wavenumber enters the choice.
    """
    labels, _ = ndimage.label(found.explained > EXPLAINED)
    centre = labels[tuple(n // 2 for n in labels.shape)]
    return labels == centre, (labels > 0) & (labels != centre)


def main() -> None:
    parser = argparse.ArgumentParser(description="Map the local wavenumber of a plate.")
    parser.add_argument("field", type=Path, help="Data_AlSide_0_8mm_100kHz.mat")
    parser.add_argument("--picture", default="local_wavenumber.png", help="where to save the picture")
    arguments = parser.parse_args()
    if not arguments.field.is_file():
        sys.exit(f"{parser.prog}: there is no file {arguments.field}; see the head of {__file__}.")

    field, spacing, table = read_field(arguments.field)
    found = wf.local_wavenumbers(field, spacing, wavenumbers=BAND)
    print(found)
    damage, intact = regions(found)
    k = found.wavenumbers
    expected = table[np.argmax(table[:, 0]), 1]
    print(f"intact plate: {np.median(k[intact]):.1f} rad/m, published {expected:.1f} rad/m")
    print("damage: {:.1f}, {:.1f}, {:.1f} rad/m (5, 50, 95 %)".format(*np.percentile(k[damage], [5, 50, 95])))
    ends = table[[np.argmin(table[:, 0]), np.argmax(table[:, 0])]]  # between them the table is not monotone
    print(f"least effective thickness: {np.percentile(found.thickness(ends)[damage], 5):.2f} mm")

    axes = plots.local_wavenumbers(found)
    plots.save(axes[0].figure, arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
