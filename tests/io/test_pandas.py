"""Tables of pandas and Parquet files, as others make them, and back."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from cases import recordings

from wavefact.errors import CorruptFileError, InputError, MissingPackageError
from wavefact.io import from_pandas, read, scan, to_pandas, write
from wavefact.recording import Recording

pd = pytest.importorskip("pandas", reason="pandas is not installed")
pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
VALUES = np.random.default_rng(4).standard_normal((2, 40))
HELD = [name for name, recording in recordings().items() if recording.signals.dtype.kind in "fc"]


def table(index=None):
    return pd.DataFrame({"deck": VALUES[0], "pier": VALUES[1]}, index=index)


@pytest.mark.parametrize("name", HELD)
def test_a_recording_comes_back_from_pandas(name):
    recording = recordings()[name].load()
    found = from_pandas(to_pandas(recording))
    np.testing.assert_array_equal(found.signals, recording.signals)
    for field in ("sampling_rate", "names", "unit", "quantity", "metadata"):
        assert getattr(found, field) == getattr(recording, field), field
    np.testing.assert_array_equal(found.positions, recording.positions)


@pytest.mark.parametrize(
    "index",
    [
        pd.date_range("2024-05-01", periods=40, freq="20ms"),
        pd.date_range("2024-05-01", periods=40, freq="20ms", tz="Europe/Berlin"),
        pd.timedelta_range(0, periods=40, freq="20ms"),
        pd.Index(np.arange(40) * 20.0, name="time [ms]"),
        pd.Index(np.arange(40) / 50.0, name="t"),
    ],
    ids=["dates", "dates with a zone", "differences", "milliseconds", "seconds"],
)
def test_an_index_of_times_gives_the_rate(index):
    found = from_pandas(table(index))
    np.testing.assert_array_equal(found.signals, VALUES)
    assert (found.sampling_rate, found.names) == (50.0, ("deck", "pier"))


def test_a_first_column_of_times_and_columns_of_text(caplog):
    given = table().assign(quality="good")
    given.insert(0, "time", np.arange(40) / 50.0)
    found = from_pandas(given)
    assert (found.sampling_rate, found.names) == (50.0, ("deck", "pier"))
    assert "1 columns without numbers are left out: quality" in caplog.text
    assert from_pandas(table()).sampling_rate is None
    assert from_pandas(pd.DataFrame(VALUES.T)).names is None


def test_irregular_times_are_refused_with_their_size_unless_a_rate_is_given():
    index = pd.date_range("2024-05-01", periods=41, freq="20ms").delete(7)
    with pytest.raises(InputError, match=r"not uniform \(0.04 after sample 6, 0.0205128 on average\)"):
        from_pandas(table(index))
    assert from_pandas(table(index), sampling_rate=50.0).sampling_rate == 50.0
    with pytest.raises(InputError, match="time of sample 3 is missing"):
        from_pandas(table(pd.DatetimeIndex([*index[:3], pd.NaT, *index[4:]])))
    for wrong, message in ((VALUES, "not ndarray"), (pd.DataFrame({"a": ["x"]}), "no column of numbers")):
        with pytest.raises(InputError, match=message):
            from_pandas(wrong)


def test_parquet_files_and_pandas_understand_each_other(tmp_path):
    recording = recordings()["full"]
    to_pandas(recording).to_parquet(tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    write(recording, tmp_path / "b.parquet")
    for other in (found, from_pandas(pd.read_parquet(tmp_path / "b.parquet"))):
        np.testing.assert_array_equal(other.signals, recording.signals)
        for field in ("sampling_rate", "names", "unit", "quantity", "metadata"):
            assert getattr(other, field) == getattr(recording, field), field
        np.testing.assert_array_equal(other.positions, recording.positions)


def test_parquet_is_read_by_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr("wavefact.io.parquet._GROUP_BYTES", 2 * 8 * 7)
    write(Recording(VALUES, 50.0), tmp_path / "a.parquet")
    lazy = read(tmp_path / "a.parquet", lazy=True)
    assert lazy.is_lazy
    read_groups = []
    original = pa.parquet.ParquetFile.read_row_group
    monkeypatch.setattr(
        pa.parquet.ParquetFile,
        "read_row_group",
        lambda file, i, **settings: (read_groups.append(i), original(file, i, **settings))[1],
    )
    np.testing.assert_array_equal(lazy.signals[:, 8:15], VALUES[:, 8:15])
    assert read_groups == [1, 2]
    for key in ([1, 0], slice(None)), (1, slice(3, 20)), (slice(None), [3, 39]), (slice(None), 5):
        np.testing.assert_array_equal(lazy.signals[key], VALUES[key])
    np.testing.assert_array_equal(lazy.signals[1:], VALUES[1:])
    np.testing.assert_array_equal(np.asarray(lazy.signals), VALUES)
    np.testing.assert_array_equal(lazy.select([1]).signals, VALUES[1:])
    write(Recording(VALUES[:, :9]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="has changed"):
        lazy.load()


def test_missing_values_are_nan(tmp_path):
    columns = {"a": pa.array([1, None, 3]), "b": pa.array([1.0, 2.0, None])}
    pa.parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    np.testing.assert_array_equal(found.signals, [[1, np.nan, 3], [1, 2, np.nan]])
    assert scan(tmp_path / "a.parquet").dtype == "float64"


def test_tables_that_are_no_recording_are_refused(tmp_path):
    pa.parquet.write_table(pa.table({"a": ["x", "y"]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="no column of numbers"):
        read(tmp_path / "a.parquet")
    twice = pa.table([pa.array([1.0]), pa.array([2.0])], names=["a", "a"])
    pa.parquet.write_table(twice, tmp_path / "b.parquet")
    with pytest.raises(InputError, match="several columns of one name"):
        read(tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(b"PAR1 and nothing more PAR1")
    with pytest.raises(CorruptFileError):
        read(tmp_path / "c.parquet")


def test_examples_of_pyarrow_are_tables_of_numbers():
    folder = Path(pa.__file__).parent / "tests/data/parquet"
    paths = sorted(folder.glob("v0.7.1.parquet"))
    if not paths:
        pytest.skip("pyarrow came without its examples")
    found = read(paths[0])
    expected = pa.parquet.read_table(paths[0]).select(list(found.names)).to_pandas()
    assert found.names == ("carat", "depth", "table", "price", "x", "y", "z")
    np.testing.assert_array_equal(found.signals, expected.to_numpy().T)


@pytest.mark.parametrize("package", ["pandas", "pyarrow"])
def test_without_the_package_the_error_says_what_to_install(package, monkeypatch, tmp_path):
    path = tmp_path / "a.parquet"
    write(Recording(VALUES), path)
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    call = {"pandas": lambda: to_pandas(Recording(VALUES)), "pyarrow": lambda: read(path)}[package]
    with pytest.raises(MissingPackageError, match=rf"{package}.*pip install 'wavefact\[tables\]'"):
        call()
