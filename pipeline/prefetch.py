"""Work done ahead of whoever reads the results: in threads, in order, never more than a few items at a time.

Decoding, voice activity and features release the interpreter's lock, so threads prepare the next calls and windows
while the device works on those before them.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def prefetched(items: Iterable[T], work: Callable[[T], R], *, threads: int, ahead: int) -> Generator[R, None, None]:
    """Results of `work` on each item, in order.

    Items are drawn in the reader's thread, at most `ahead` of them beyond the result being read, so that memory stays
    flat however many there are. A reader that stops early leaves nothing running.

    Args:
        items: May be endless; an item is let go once its result is read.
        work: Run in the threads; what it raises is raised where its result is read.
        threads: How many work at a time; 0 works in the reader's own thread, one item at a time.
        ahead: How many results may wait or be worked on; at least one a thread is kept busy.
    """
    if threads <= 0:
        yield from map(work, items)
        return
    waiting: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="ahead")
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            del item
            if len(waiting) > max(ahead, threads):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
