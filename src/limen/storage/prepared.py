"""Reads whose statement is written once: Django writes a queryset's SQL anew for every call, which takes ten times as long as running it.

For the reads of requests that every phone makes (decision 0131). What is remembered is the statement, never a row: each call asks the database.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)
Value = UUID | datetime | str | bytes
Given = Value | Collection[UUID]
LONGEST_LIST: Final = 512
"""Longer lists are asked as a queryset."""


class Prepared(Generic[Row]):
    """One read: `rows` makes its queryset from values by name, which may be ids, instants, words and collections of ids."""

    def __init__(self, rows: Callable[..., QuerySet[Row]]) -> None:
        self._rows, self._plans = rows, dict[tuple[object, ...], _Plan]()

    def __call__(self, **given: Given) -> list[Row]:
        """The rows now, as the queryset would give them; an empty collection finds nothing, and nobody is asked."""
        lists = {name: list(value) for name, value in given.items() if not isinstance(value, Value)}
        if any(not ids for ids in lists.values()):
            return []
        if any(len(ids) > LONGEST_LIST for ids in lists.values()):
            return list(self._rows(**given))
        padded = given | {name: _padded(ids) for name, ids in lists.items()}
        shape = (connection.vendor, *((name, len(padded[name]) if name in lists else 0) for name in sorted(padded)))  # type: ignore[arg-type]
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plans[shape] = _plan(self._rows, padded)
        return plan.read(padded)  # type: ignore[return-value]


@dataclass(frozen=True)
class _Plan:
    """A statement, where its values go (a name, and a place where it is a list's; or a constant), and how a row becomes an object."""

    sql: str
    slots: tuple[tuple[str, int | None] | None, ...]
    constants: tuple[object, ...]
    compiler: Any
    converters: tuple[Any, ...]
    populators: Any
    fields: tuple[str, ...]

    def read(self, given: Mapping[str, Any]) -> list[Model]:
        """Asks the database."""
        params: list[Any] = [
            constant if slot is None else _said(given[slot[0]] if slot[1] is None else given[slot[0]][slot[1]])
            for slot, constant in zip(self.slots, self.constants, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            rows = cursor.fetchall()
        model, width = self.compiler.klass_info["model"], len(self.fields)
        found: list[Model] = []
        for row in rows:
            values = self._converted(row)
            one = model.from_db(connection.alias, self.fields, values[:width])
            for populator in self.populators:
                populator.populate(values, one)
            found.append(one)
        return found

    def _converted(self, row: tuple[Any, ...]) -> list[Any]:
        """What the database gave as Python has it; nothing is nothing in both."""
        values = list(row)
        for at, (converters, expression) in self.converters:
            if (value := values[at]) is not None:
                for convert in converters:
                    value = convert(value, expression, connection)
                values[at] = value
        return values


def _plan(rows: Callable[..., QuerySet[Any]], given: Mapping[str, Any]) -> _Plan:
    """Writes the statement once with marks in place of the values, and looks where the marks went."""
    marked: dict[str, Any] = {}
    places: list[tuple[object, tuple[str, int | None]]] = []
    for name, value in given.items():
        if isinstance(value, list):
            marked[name] = [_mark(one, len(places) + at) for at, one in enumerate(value)]
            places += [(_said(mark), (name, at)) for at, mark in enumerate(marked[name])]
        else:
            marked[name] = _mark(value, len(places))
            places.append((_said(marked[name]), (name, None)))
    compiler: Any = rows(**marked).query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    slots = tuple(next((place for mark, place in places if _bare(mark) == _bare(param)), None) for param in params)
    if {place for _, place in places} - set(slots):
        raise ValueError("a value that does not stand in the statement as it is")
    of_model = compiler.klass_info["select_fields"]
    if list(of_model) != list(range(len(of_model))):
        raise ValueError("a statement whose model does not come first")
    expressions = [expression for expression, *_ in compiler.select]
    return _Plan(
        sql=sql,
        slots=slots,
        constants=tuple(params),
        compiler=compiler,
        converters=tuple(compiler.get_converters(expressions).items()),
        populators=get_related_populators(compiler.klass_info, compiler.select, connection.alias),  # type: ignore[call-arg]
        fields=tuple(expression.target.attname for expression in expressions[: len(of_model)]),
    )


def _padded(ids: list[UUID]) -> list[UUID]:
    """As long as the next power of two, the last one again and again: so there are few statements, whatever the number of ids."""
    return ids + ids[-1:] * ((1 << (len(ids) - 1).bit_length()) - len(ids))


def _said(value: Value) -> object:
    """A value as the database driver takes it."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, bytes):
        return connection.Database.Binary(value)  # type: ignore[attr-defined]
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _bare(param: object) -> object:
    """Bytes without the driver's wrapping."""
    inner = getattr(param, "obj", param)
    return type(inner), inner


def _mark(value: Value, number: int) -> Value:
    """Something of the same kind that stands nowhere else."""
    if isinstance(value, UUID):
        return UUID(int=0x5A5A << 112 | number)
    if isinstance(value, bytes):
        return b"mark %d" % number
    return datetime(2900, 1, 1, tzinfo=UTC) + timedelta(seconds=number) if isinstance(value, datetime) else f"\N{WHITE STAR}{number}"
