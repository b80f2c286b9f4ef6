"""Threads of matrix products: one while matrices are small, and afterwards what they were."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import scipy.linalg  # noqa: F401  its library is there from the beginning, as NumPy's is
from threadpoolctl import threadpool_info, threadpool_limits

import wavefact as wf
from wavefact import threads
from wavefact.threads import one_thread, threads_for

SMALL, LARGE = (64, 1000), (600, 600)


ADJUSTABLE = (
    set()
)  # libraries that take a number of threads; some that other tests have loaded are built for one


def counts(kind="blas"):
    pools = [pool for pool in threadpool_info() if pool["user_api"] == kind]
    return {pool["num_threads"] for pool in pools if kind != "blas" or pool["filepath"] in ADJUSTABLE}


def by_another(call):
    """Call in a thread that ends: who sets a limit and lives on keeps others from setting theirs."""
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


@pytest.fixture(autouse=True)
def three_threads():
    limits = []
    by_another(lambda: limits.append(threadpool_limits(3, user_api="blas")))
    ADJUSTABLE.update(pool["filepath"] for pool in threadpool_info() if pool["num_threads"] == 3)
    yield
    assert counts() == {3}
    by_another(limits[0].restore_original_limits)


def test_small_matrices_have_one_thread_and_large_ones_all():
    with threads_for(*SMALL):
        assert counts() == {1}
        with threads_for(*SMALL), one_thread():
            assert counts() == {1}
        assert counts() == {1}
    assert counts() == {3}
    with threads_for(*LARGE):
        assert counts() == {3}


def test_the_limit_ends_with_an_error():
    with pytest.raises(ValueError, match="here"), threads_for(*SMALL):
        raise ValueError("here")
    assert counts() == {3}


def test_fewer_threads_asked_for_by_others_stay():
    with threadpool_limits(1):
        with threads_for(*SMALL):
            assert counts() == {1}
        assert counts() == {1}
        with threads_for(*LARGE):
            assert counts() == {1}


def test_whoever_comes_later_leaves_the_limit_to_the_first():
    first, second, entered = threads_for(*SMALL), threads_for(*SMALL), threading.Event()
    first.__enter__()
    by_another(lambda: (second.__enter__(), entered.set()))
    assert entered.is_set()
    first.__exit__(None, None, None)
    assert counts() == {3}
    by_another(lambda: second.__exit__(None, None, None))
    assert counts() == {3}
    with one_thread():
        assert counts() == {1}


def test_many_at_a_time_leave_what_was_there():
    done = []

    def work():
        for _ in range(300):
            with threads_for(*SMALL):
                pass
        done.append(True)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(done) == 4
    assert counts() == {3}


def test_libraries_are_looked_for_only_where_modules_have_come(monkeypatch):
    with one_thread():
        pass
    found = threads._controller()
    assert threads._controller() is found
    monkeypatch.setitem(threads.sys.modules, "a_module_of_nothing", None)
    assert threads._controller() is not found


def recorded(rng):
    points, times = np.arange(1, 13) / 13, np.arange(600) / 100
    signals = np.outer(np.sin(np.pi * points), np.cos(2 * np.pi * 3 * times))
    return wf.Recording(signals + 0.1 * rng.normal(size=signals.shape), sampling_rate=100.0)


@pytest.mark.parametrize("settings", [{"time_weight": 0.0}, {"time_weight": "2 Hz"}, {"missing": "nan"}])
def test_a_fit_uses_one_thread_where_it_is_small(rng, settings, monkeypatch):
    recording, seen = recorded(rng), []
    if "missing" in settings:
        recording.signals[3, :50] = np.nan
    for small, expected in ((threads.SMALL, {1}), (0, {3})):
        monkeypatch.setattr(threads, "SMALL", small)
        seen.clear()
        wf.factorize(
            recording, wf.String(12), wave_weight=10.0, callback=lambda _: seen.append(counts()), **settings
        )
        assert seen
        assert all(found == expected for found in seen)


def test_a_torch_fit_uses_one_thread_where_it_is_small(rng):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    signals, seen = torch.as_tensor(recorded(rng).signals), []
    wf.factorize(
        signals,
        wf.String(12),
        wave_weight=10.0,
        time_weight=0.0,
        callback=lambda _: seen.append(torch.get_num_threads()),
    )
    assert set(seen) == {1}
    assert torch.get_num_threads() == 3
    torch.set_num_threads(before)


@pytest.mark.parametrize("entry", ["update", "identify", "stabilization", "find_modes", "denoise"])
def test_other_entries_too(rng, entry, monkeypatch):
    recording, operator, seen = recorded(rng), wf.String(12), []
    limit = threads._controller().__class__.limit

    def spy(*arguments, **settings):
        seen.append(settings)
        return limit(*arguments, **settings)

    monkeypatch.setattr("threadpoolctl.ThreadpoolController.limit", spy)
    {
        "update": lambda: wf.RunningFit(operator, wave_weight=10.0).update(recording),
        "identify": lambda: wf.identify(recording),
        "stabilization": lambda: wf.stabilization(recording),
        "find_modes": lambda: wf.find_modes(recording, operator),
        "denoise": lambda: wf.denoise(recording, operator),
    }[entry]()
    assert {"limits": 1} in seen
