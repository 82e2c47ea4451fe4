# SPDX-License-Identifier: MIT
"""The fewest inputs that reach all that a corpus reaches, or nearly so: the greedy set cover, and what it took too
early left out again."""

import heapq


def cover(masks, sizes):
    """In: {name: bits of what it reaches}, {name: octets}. Returns: the names chosen. Among inputs that add as much,
    the shortest is taken; nothing depends on the order in which they are given."""
    waiting = [(-mask.bit_count(), sizes[name], name) for name, mask in masks.items()]
    heapq.heapify(waiting)
    covered, chosen = 0, []
    while waiting:
        gain, size, name = heapq.heappop(waiting)
        now = -(masks[name] & ~covered).bit_count()
        if now == 0:
            continue
        if now != gain:  # it adds less than it did, and gets in line again
            heapq.heappush(waiting, (now, size, name))
            continue
        covered |= masks[name]
        chosen.append(name)
    return _without_needless(masks, sizes, chosen)


def _without_needless(masks, sizes, chosen):
    """Leave out, longest first, what the others reach as well."""
    once, more = 0, 0  # what some input reaches, what two of them reach
    for name in chosen:
        more |= once & masks[name]
        once |= masks[name]
    kept = list(chosen)
    for name in sorted(chosen, key=lambda name: (-sizes[name], name)):
        if masks[name] & ~more == 0:
            kept.remove(name)
            once, more = 0, 0
            for other in kept:
                more |= once & masks[other]
                once |= masks[other]
    return kept
