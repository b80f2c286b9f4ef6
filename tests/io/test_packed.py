"""Recordings within gzip, bzip2, xz and ZIP files, and what must not be unpacked."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import numpy as np
import pytest
from cases import FOREIGN_FILES, FORMATS

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.io import read, scan, write
from wavefact.recording import Recording

RECORDING = Recording(np.random.default_rng(0).standard_normal((3, 40)), sampling_rate=20.0, unit="g")


def zipped(content, *names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("folder/content",):
            archive.writestr(name, content)
    return file.getvalue()


PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zip": zipped}


def content_of(form, folder):
    path = folder / f"a{form.extensions[0]}"
    FOREIGN_FILES[form.name](path) if form.name in FOREIGN_FILES else write(RECORDING, path)
    expected = read(path)
    content = path.read_bytes()
    path.unlink()
    return content, expected


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_every_format_is_read_within_every_packer(form, packer, tmp_path):
    content, expected = content_of(form, tmp_path)
    path = tmp_path / "packed.bin"
    path.write_bytes(PACKERS[packer](content))
    for found in (read(path), read(path, lazy=True)):
        np.testing.assert_array_equal(found.signals, expected.signals)
        assert (found.sampling_rate, found.names) == (expected.sampling_rate, expected.names)
    info = scan(path)
    assert (info.path, info.format, info.n_samples) == (path, form.name, expected.n_samples)


@pytest.mark.parametrize("packer", PACKERS)
def test_damage_names_the_packed_file(packer, tmp_path):
    write(RECORDING, tmp_path / "a.csv")
    path = tmp_path / "packed.gz"
    whole = PACKERS[packer]((tmp_path / "a.csv").read_bytes())
    for cut in (len(whole) // 2, len(whole) - 9):
        path.write_bytes(whole[:cut])
        with pytest.raises(CorruptFileError, match=r"packed\.gz is truncated"):
            read(path)
    path.write_bytes(PACKERS[packer]((tmp_path / "a.csv").read_bytes()[:-40]))
    with pytest.raises(CorruptFileError, match=r"packed\.gz.*(truncated|line 4\d)") as caught:
        read(path)
    assert "wavefact-" not in str(caught.value).replace("wavefact-recording", "")
    path.write_bytes(PACKERS[packer](b"A bridge was measured in 2024.\n"))
    with pytest.raises(UnknownFormatError, match=r"packed\.gz looks like text, but"):
        read(path)
    path.write_bytes(PACKERS[packer](b""))
    with pytest.raises(CorruptFileError, match=r"packed\.gz has nothing in it"):
        scan(path)


def test_members_of_an_archive_are_parts(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(b"1,2\n3,4\n5,6\n", "one.csv", "folder/two.csv"))
    with pytest.raises(InputError, match=r"several parts.*'one.csv' \(12 bytes\), 'folder/two.csv'"):
        read(path)
    assert read(path, part="folder/two.csv").n_samples == 3
    with pytest.raises(InputError, match=r"a\.zip holds one recording"):
        read(path, part="one.csv/inner")


def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("wavefact.io._packed._LEAST", 2**20)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 2**25))
    with pytest.raises(InputError, match=r"bomb\.csv\.gz unpacks to more than .* GiB.*unpack it yourself"):
        read(path)


def test_a_file_packed_twice_is_refused(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(bz2.compress(b"1,2\n3,4\n")))
    with pytest.raises(InputError, match=r"a\.gz is packed twice"):
        read(path)
