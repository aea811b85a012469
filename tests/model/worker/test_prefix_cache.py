from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.model.worker.prefix_cache import MAX_CACHED_PREFIXES, CachedPrefix, PrefixCache, SavedPrefixes, shared

tokens = st.lists(st.integers(0, 3), max_size=12).map(lambda each: np.array(each, dtype=np.int32))


def beginning(*ids: int, size: int = 10) -> CachedPrefix:
    return CachedPrefix(np.array(ids, dtype=np.int32), bytes(size))


@given(tokens, tokens)
def test_shared_is_the_longest_common_beginning(one: NDArray[np.int32], other: NDArray[np.int32]) -> None:
    length = shared(one, other)
    assert (one[:length] == other[:length]).all()
    assert length in (len(one), len(other)) or one[length] != other[length]


def test_the_best_beginning_is_found_and_parts_of_another_are_not_kept_beside_it() -> None:
    kept = PrefixCache(1000)
    for each in (beginning(1, 2), beginning(1, 2, 3), beginning(4, 5)):
        kept.keep(each)
    assert len(kept) == 2
    found, common = kept.best(np.array([1, 2, 3, 9], dtype=np.int32))
    assert found is not None and common == 3
    assert kept.best(np.array([7], dtype=np.int32)) == (None, 0)


def test_the_least_used_goes_first_and_what_is_too_large_is_not_kept() -> None:
    kept = PrefixCache(100)
    kept.keep(beginning(1, size=40))
    kept.keep(beginning(2, size=40))
    kept.best(np.array([1], dtype=np.int32))
    kept.keep(beginning(3, size=40))
    assert kept.best(np.array([2], dtype=np.int32)) == (None, 0)
    assert kept.best(np.array([1], dtype=np.int32))[1] == 1
    kept.keep(beginning(4, size=51))
    assert kept.best(np.array([4], dtype=np.int32)) == (None, 0)
    assert kept.size <= 100


def test_fronts_are_for_one_model_and_damage_is_noticed(tmp_path: Path) -> None:
    fronts = SavedPrefixes(tmp_path, "a")
    assert fronts.read([1, 2]) is None
    fronts.write([1, 2], b"state")
    assert fronts.read([1, 2]) == b"state"
    assert SavedPrefixes(tmp_path, "b").read([1, 2]) is None
    path = next(tmp_path.iterdir())
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    assert fronts.read([1, 2]) is None
    assert not path.exists()
    for number in range(MAX_CACHED_PREFIXES + 4):
        fronts.write([number], b"x")
    assert len(list(tmp_path.iterdir())) == MAX_CACHED_PREFIXES
    nowhere = SavedPrefixes(None, "a")
    nowhere.write([1], b"x")
    assert nowhere.read([1]) is None


def test_a_disk_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    fronts = SavedPrefixes(file / "fronts", "a")
    fronts.write([1], b"x")
    assert fronts.read([1]) is None
