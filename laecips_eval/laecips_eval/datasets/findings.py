"""What was found while many files were looked at: counted by kind, the first of each kind named."""

from __future__ import annotations

from collections.abc import Iterator

_NAMED = 3


class Findings:
    """Counts by kind, in the order in which kinds were met first.

    Example:
        >>> found = Findings()
        >>> for name in ("a", "b", "c", "d"):
        ...     found.add("pictures without a mask", name)
        >>> list(found.lines())
        ['pictures without a mask: 4 (a, b, c, ...)']
    """

    def __init__(self) -> None:
        """Nothing found yet."""
        self._counts: dict[str, int] = {}
        self._names: dict[str, list[str]] = {}

    def add(self, kind: str, name: str) -> None:
        """Count one.

        Args:
            kind: what it is, in the plural.
            name: which one; empty where it has none.
        """
        self._counts[kind] = self._counts.get(kind, 0) + 1
        names = self._names.setdefault(kind, [])
        if name and name not in names and len(names) <= _NAMED:
            names.append(name)

    def __len__(self) -> int:
        """Return the number of all findings."""
        return sum(self._counts.values())

    def __getitem__(self, kind: str) -> int:
        """Return the number of findings of a kind."""
        return self._counts.get(kind, 0)

    def lines(self) -> Iterator[str]:
        """Return one line a kind: what, how many, the first of them."""
        for kind, count in self._counts.items():
            names = self._names[kind]
            shown = ", ".join(names[:_NAMED]) + (", ..." if count > _NAMED else "")
            yield f"{kind}: {count} ({shown})" if names else f"{kind}: {count}"
