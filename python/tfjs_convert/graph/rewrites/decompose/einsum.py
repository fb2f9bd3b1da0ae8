"""Einstein sums of one or two operands as reductions, transposes and one matrix product, or one multiplication.

The runtime has a kernel for them on some backends only, and there it multiplies and adds up element by element. With
labels sorted into batch (in both operands and the result), free (in one operand and the result) and contracted (in
both operands only):

    result[batch, free_a, free_b] = sum over contracted of a[batch, free_a, contracted] * b[batch, contracted, free_b]

Labels in one operand only that the result lacks are summed first. Left alone: labels repeated within an operand, and
an ellipsis where ranks are not known.
"""

from __future__ import annotations

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.constants import numpy_dtype
from tfjs_convert.graph.rewrites.decompose.emit import Emit, Value, dtype_attr


def einsum(e: Emit) -> Value | None:
    """The operation `Einsum`; its equation is an attribute."""
    terms = _terms(e)
    if terms is None:
        return None
    *operands, result = terms
    if len(operands) > 2 or any(len(set(t)) != len(t) for t in terms) or not set(result) <= set().union(*operands):
        return None
    if len(operands) == 1:
        return _one(e, e.x[0], operands[0], result)
    kind = numpy_dtype(e.x[0].dtype)
    return _Pair(e, operands, result).value() if kind is not None and kind.kind == "f" else None


def _terms(e: Emit) -> list[list[str]] | None:
    """The labels of each operand and the result; an ellipsis' axes are labelled `.1`, `.2`, … from the right."""
    equation = attr(e.node, "equation").s.decode()
    left, arrow, right = equation.partition("->")
    operands = left.split(",")
    if not arrow or len(operands) != len(e.x):
        return None
    terms, widest = [], 0
    for text, x in zip(operands, e.x, strict=True):
        hidden = 0
        if "..." in text:
            rank = e.rank(x)
            if rank is None:
                return None
            hidden = rank - len(text.replace("...", ""))
        widest = max(widest, hidden)
        terms.append(_labels(text, hidden))
    terms.append(_labels(right, widest))
    return terms


def _labels(text: str, hidden: int) -> list[str]:
    before, dots, after = text.partition("...")
    return [*before, *([f".{i}" for i in range(hidden, 0, -1)] if dots else []), *after]


def _one(e: Emit, x: Value, labels: list[str], result: list[str]) -> Value:
    """One operand: summed over what the result lacks, and transposed."""
    x, labels = _summed(e, x, labels, set(result))
    return e.transpose(x, [labels.index(c) for c in result])


def _summed(e: Emit, x: Value, labels: list[str], kept: set[str]) -> tuple[Value, list[str]]:
    axes = [i for i, c in enumerate(labels) if c not in kept]
    if not axes:
        return x, labels
    return e.reduce("Sum", x, axes), [c for c in labels if c in kept]


class _Pair:
    """Two operands."""

    def __init__(self, e: Emit, operands: list[list[str]], result: list[str]) -> None:
        self.e = e
        self.sizes: dict[str, int | _Later] = {}
        self.broadcasts = False
        for x, labels in zip(e.x, operands, strict=True):
            self._measure(x, labels)
        values = []
        for i, (x, labels) in enumerate(zip(e.x, operands, strict=True)):
            values.append(_summed(e, x, labels, {*result, *operands[1 - i]}))
        common = set(values[0][1]) & set(values[1][1])
        self.batch = [c for c in result if c in common]
        free = [[c for c in result if c in labels and c not in common] for _, labels in values]
        if result == self.batch + free[1] + free[0] and free[0] and free[1]:
            values, free = values[::-1], free[::-1]
        self.values, self.free, self.result = values, free, result
        self.contracted = [c for c in values[0][1] if c in common and c not in result]

    def _measure(self, x: Value, labels: list[str]) -> None:
        """Note each label's size: static if an operand knows it. Of an ellipsis, note if axes may differ."""
        shape = self.e.static(x) or [-1] * len(labels)
        for axis, (label, size) in enumerate(zip(labels, shape, strict=True)):
            known = self.sizes.get(label)
            if label.startswith(".") and known is not None and (size < 0 or size != known):
                self.broadcasts = True
            if size >= 0:
                self.sizes[label] = max(size, known) if isinstance(known, int) else size
            elif known is None:
                self.sizes[label] = _Later(x, axis)

    def value(self) -> Value | None:
        """The result."""
        reshapes = any(len(group) > 1 for group in (*self.free, self.contracted))
        if self.broadcasts and (reshapes or any(c.startswith(".") for c in self.contracted)):
            return None
        order = [*self.batch, *self.free[0], *self.free[1]]
        made = self._product() if self.contracted else self._outer()
        return self.e.transpose(made, [order.index(c) for c in self.result])

    def _outer(self) -> Value:
        """No sum: each operand gets axes of size 1 for what it lacks."""
        e, sides = self.e, []
        for (x, labels), free, other in zip(self.values, self.free, self.free[::-1], strict=True):
            x = e.transpose(x, [labels.index(c) for c in (*self.batch, *free)])
            at = len(self.batch) if free is self.free[1] else len(self.batch) + len(free)
            for _ in other:
                x = e.expand(x, at)
            sides.append(x)
        return e.mul(*sides)

    def _product(self) -> Value:
        e = self.e
        a, adjoint_a = self._matrix(0)
        b, adjoint_b = self._matrix(1)
        kind = dtype_attr(a.dtype)
        if self.batch:
            made = e.op("BatchMatMulV2", [a, b], a.dtype, T=kind, adj_x=adjoint_a, adj_y=adjoint_b)
        else:
            made = e.op("MatMul", [a, b], a.dtype, T=kind, transpose_a=adjoint_a, transpose_b=adjoint_b)
        if max(len(f) for f in self.free) > 1:
            return self._reshape(made, [[c] for c in (*self.batch, *self.free[0], *self.free[1])])
        empty = [axis for axis, free in zip((-2, -1), self.free, strict=True) if not free]
        return e.op("Squeeze", [made], made.dtype, T=kind, squeeze_dims=empty) if empty else made

    def _matrix(self, side: int) -> tuple[Value, bool]:
        """Operand `side` as [batch, rows, columns], and whether rows and columns are still swapped."""
        x, labels = self.values[side]
        free, contracted = self.free[side], self.contracted
        groups = [free, contracted] if side == 0 else [contracted, free]
        wanted = [*self.batch, *groups[0], *groups[1]]
        swapped = [*self.batch, *groups[1], *groups[0]]
        adjoint = labels == swapped and labels != wanted
        if adjoint:
            groups = groups[::-1]
        x = self.e.transpose(x, [labels.index(c) for c in (swapped if adjoint else wanted)])
        if max(len(free), len(contracted)) > 1:
            return self._reshape(x, [[c] for c in self.batch] + groups), adjoint
        if not free:
            x = self.e.expand(x, len(self.batch) if not groups[0] else -1)
        return x, adjoint

    def _reshape(self, x: Value, groups: list[list[str]]) -> Value:
        """x with one axis for each group of labels. One size that is not known may be left to the reshape."""
        sizes = []
        for group in groups:
            size: int | None = 1
            for c in group:
                known = self.sizes[c]
                size = size * known if size is not None and isinstance(known, int) else None
            sizes.append(size)
        if sizes.count(None) <= 1 and 0 not in sizes:
            return self.e.reshape(x, self.e.ints(*[-1 if s is None else s for s in sizes]))
        return self.e.reshape(x, self._computed(groups, sizes))

    def _computed(self, groups: list[list[str]], sizes: list[int | None]) -> Value:
        """The shape as a vector made while running; the last unknown size is left to the reshape if that is safe."""
        e, parts = self.e, []
        free = max(i for i, s in enumerate(sizes) if s is None) if None in sizes and 0 not in sizes else -1
        for i, (group, size) in enumerate(zip(groups, sizes, strict=True)):
            if size is not None or i == free:
                parts.append(e.int(-1 if size is None else size))
                continue
            factors = [self.sizes[c] for c in group]
            factors = [e.int(f) if isinstance(f, int) else e.size(f.x, f.axis) for f in factors]
            total = factors[0]
            for factor in factors[1:]:
                total = e.mul(total, factor)
            parts.append(total)
        return e.pack(parts)


class _Later:
    """A size to be read from a tensor's shape while running, if need be."""

    def __init__(self, x: Value, axis: int) -> None:
        self.x = x
        self.axis = axis


OPS = {"Einsum": einsum}
