"""Work ahead of the reader: in order, bounded, and nothing left running."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.prefetch import prefetched


@given(st.lists(st.integers(), max_size=40), st.integers(0, 4), st.integers(0, 9))
def test_results_come_in_order_whatever_the_threads(items: list[int], threads: int, ahead: int) -> None:
    assert list(prefetched(items, lambda x: -x, threads=threads, ahead=ahead)) == [-x for x in items]


@pytest.mark.parametrize(("threads", "ahead"), [(1, 3), (2, 5), (3, 1)])
def test_no_more_items_are_drawn_than_may_wait(threads: int, ahead: int) -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for i in range(10_000):
            drawn.append(i)
            yield i

    for read in prefetched(items(), lambda x: x, threads=threads, ahead=ahead):
        assert len(drawn) - read <= max(threads, ahead) + 1
        if read == 200:
            break


def test_work_goes_on_while_the_reader_is_busy() -> None:
    done = threading.Semaphore(0)

    def work(item: int) -> int:
        done.release()
        return item

    results = prefetched(range(9), work, threads=1, ahead=3)
    next(results)
    # Four were drawn for the first result; the reader is busy, and the thread has worked on all of them.
    assert all(done.acquire(timeout=30) for _ in range(4))
    results.close()


def test_what_work_raises_is_raised_where_its_result_is_read() -> None:
    def work(item: int) -> int:
        if item == 2:
            raise ZeroDivisionError
        return item

    results = prefetched(range(5), work, threads=2, ahead=4)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_a_reader_that_stops_leaves_no_thread() -> None:
    before = threading.active_count()
    results = prefetched(iter(int, 1), lambda x: x, threads=3, ahead=6)
    next(results)
    results.close()
    assert threading.active_count() == before
