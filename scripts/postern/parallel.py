# SPDX-License-Identifier: MIT
"""Several things at once, and an end to all of them when one cannot go on, or somebody has had enough."""

from concurrent.futures import ThreadPoolExecutor


def each(jobs, function, items, take, stop):
    """take(function(item)) for all items, in their order; so many functions run at once. When one raises, or Ctrl-C
    comes, none is begun any more, and stop() tells those that run to end."""
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(function, item) for item in items]
        try:
            for one in waiting:
                take(one.result())
        except BaseException:
            for one in waiting:
                one.cancel()
            stop()
            raise
