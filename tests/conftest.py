"""Fixtures and settings shared by all tests."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

# Workers fill the cores already, and threads beside them would wait for each other.  NumPy and torch read
# this when they are imported, and the subprocesses that tests start inherit it.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.update(dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1"))

import hypothesis
import numpy as np
import pytest
from array_api_compat import array_namespace

ROOT = Path(__file__).resolve().parents[1]

os.environ["MPLBACKEND"] = "Agg"  # also for the subprocesses that tests start

hypothesis.settings.register_profile("wavefact", derandomize=True, deadline=None, max_examples=25)
hypothesis.settings.load_profile("wavefact")


def _benchmarks_asked_for(config: pytest.Config) -> bool:
    return any("benchmarks" in argument for argument in config.args)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the benchmarks out unless they are asked for by their path."""
    is_left_out = collection_path == ROOT / "tests" / "benchmarks" and not _benchmarks_asked_for(config)
    return True if is_left_out else None


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run the benchmarks in this process, and a single file, as workers take longer to start than most."""
    is_one_file = len(config.args) == 1 and ".py" in config.args[0]
    return 0 if is_one_file or _benchmarks_asked_for(config) else None


@dataclass(frozen=True)
class Library:
    """One array library on one device.

    `asarray` and `to_numpy` bridge from and to NumPy; any other attribute is the library's own (`xp.sum`).
    """

    name: str
    module: ModuleType
    device: Any = None

    def asarray(self, values: Any, dtype: Any = None) -> Any:
        """Return `values` as an array of this library on this device, in double precision."""
        values = np.array(values)  # a copy: torch would share memory with the test's own array
        kinds = {"c": self.module.complex128, "f": self.module.float64}
        dtype = dtype or kinds.get(values.dtype.kind)
        return self.module.asarray(values, dtype=dtype, device=self.device)

    def to_numpy(self, array: Any) -> np.ndarray:
        """Return `array` as a NumPy array, after asserting that it is of this library and on this device."""
        expected = array_namespace(self.asarray([0.0]))
        assert array_namespace(array) is expected, f"{type(array)} is no array of {self.name}"
        if hasattr(array, "detach"):
            assert array.device.type == self.device, f"array on {array.device}, expected {self.device}"
            array = array.detach().cpu()
        return np.asarray(array)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)


def _numpy() -> Library:
    return Library("numpy", importlib.import_module("array_api_compat.numpy"))


def _strict() -> Library:
    pytest.importorskip("array_api_strict", reason="array-api-strict is not installed")
    return Library("array_api_strict", importlib.import_module("array_api_strict"))


def _torch(device: str) -> Library:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    if device == "cuda":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a CUDA build of torch without a driver warns when it is asked
            available = torch.cuda.is_available()
        if not available:
            pytest.skip("torch sees no CUDA device")
    return Library(f"torch-{device}", importlib.import_module("array_api_compat.torch"), device)


LIBRARIES = {
    "numpy": _numpy,
    "array_api_strict": _strict,
    "torch-cpu": lambda: _torch("cpu"),
    "torch-cuda": lambda: _torch("cuda"),
}


@pytest.fixture(params=list(LIBRARIES), scope="session")
def xp(request: pytest.FixtureRequest) -> Library:
    """Each array library that wavefact must treat alike."""
    return LIBRARIES[request.param]()


@pytest.fixture(autouse=True, scope="module")
def _no_reader_is_left() -> Iterator[None]:
    """End the process that reads fibre-optic recordings, which stays for the next file."""
    yield
    if "wavefact.io.das" in sys.modules:
        sys.modules["wavefact.io.das"].stop()


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a fresh generator with a fixed seed."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real recordings beside the repository; skip where it is absent."""
    folder = (ROOT / "../shared/data").resolve()
    if not folder.is_dir():
        pytest.skip("the folder of real recordings, ../shared/data, is absent")
    return folder
