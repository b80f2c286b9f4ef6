"""TDMS files of nptdms: groups, properties, lazily."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from foreign_files import tdms

from wavefact.errors import CorruptFileError, InputError, MissingPackageError
from wavefact.io import read, scan

nptdms = pytest.importorskip("nptdms", reason="nptdms is not installed")


def written(path, *channels):
    with nptdms.TdmsWriter(str(path)) as file:
        file.write_segment([nptdms.ChannelObject(*channel) for channel in channels])
    return path


def test_properties_become_metadata(tmp_path):
    expected = tdms(tmp_path / "a.tdms")
    found = read(tmp_path / "a.tdms")
    np.testing.assert_array_equal(found.signals, expected.signals)
    assert found.metadata == {"start_time": "2018-12-17T12:48:23.500000"}
    assert scan(tmp_path / "a.tdms").sampling_rate == 1024.0


def test_lazy_channels_are_read_by_slices(tmp_path):
    expected = tdms(tmp_path / "a.tdms").signals
    lazy = read(tmp_path / "a.tdms", lazy=True)
    assert lazy.is_lazy
    np.testing.assert_array_equal(lazy.window(20, 30).load().signals, expected[:, 20:30])
    np.testing.assert_array_equal(lazy.select([2, 0]).signals, expected[[2, 0]])
    np.testing.assert_array_equal(lazy.signals[1, ::-3], expected[1, ::-3])
    (tmp_path / "a.tdms").unlink()
    with pytest.raises(InputError, match="is gone"):
        lazy.load()


def test_groups_and_lengths_are_parts(tmp_path):
    path = written(
        tmp_path / "a.tdms",
        ("fast", "x", np.arange(9.0)),
        ("slow", "x", np.arange(4.0)),
        ("slow", "y", np.arange(5.0)),
        ("slow", "z", np.arange(4.0) + 1),
    )
    listed = r"'fast' \(1 signals of 9 samples\), 'slow/1' \(2 signals of 4 samples\), 'slow/2'"
    with pytest.raises(InputError, match=f"several parts.*{listed}"):
        read(path)
    assert read(path, part="slow/1").names == ("x", "z")
    assert scan(path, part="slow/2").n_samples == 5


def test_a_channel_of_time_gives_the_sampling_rate(tmp_path):
    path = written(
        tmp_path / "a.tdms", ("g", "Time [ms]", np.arange(9) * 2.0), ("g", "x", np.arange(9, dtype=np.int16))
    )
    found = read(path)
    assert (found.sampling_rate, found.names, found.signals.dtype) == (500.0, ("x",), np.int16)


@pytest.mark.parametrize("increment", [-1.0, np.nan, np.inf, 1e-300])
def test_increments_that_cannot_be_are_damage(increment, tmp_path):
    path = written(tmp_path / "a.tdms", ("g", "x", np.arange(9.0), {"wf_increment": increment}))
    for call in (read, scan):
        with pytest.raises(CorruptFileError, match="damaged"):
            call(path)


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    tdms(tmp_path / "a.tdms")
    monkeypatch.setitem(sys.modules, "nptdms", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'wavefact\[tdms\]'"):
        read(tmp_path / "a.tdms")


def test_scaled_channels_are_in_physical_units(tmp_path):
    scale = {
        "NI_Number_Of_Scales": 1,
        "NI_Scale[0]_Scale_Type": "Linear",
        "NI_Scale[0]_Linear_Slope": 0.5,
        "NI_Scale[0]_Linear_Y_Intercept": 1.0,
        "NI_Scale[0]_Linear_Input_Source": 0xFFFFFFFF,
        "NI_Scaling_Status": "unscaled",
        "wf_increment": 0.01,
    }
    counts = np.arange(5000, dtype=np.int16)
    path = written(tmp_path / "a.tdms", ("g", "x", counts, scale))
    for found in (read(path), read(path, lazy=True).load()):
        np.testing.assert_array_equal(found.signals, [counts * 0.5 + 1.0])
    assert scan(path).dtype == "float64"
