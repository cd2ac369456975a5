"""What is said of a script before it ever runs."""

from __future__ import annotations

import asyncio

import pytest

from app.lua.names import GLOBALS, LIBRARIES
from app.lua.pool import pool
from app.lua.service import examine, examine_apart
from app.lua.types import Examination, Failure
from tests.lua.support import value_of


def warnings(source: str) -> list[tuple[int, str]]:
    examination = examine(source)
    assert examination.failure is None, examination
    return [(each.line, each.message) for each in examination.warnings]


def names(source: str) -> list[str]:
    return [message.removesuffix(" is not defined.") for _, message in warnings(source)]


def test_a_good_script_has_nothing_to_say_about() -> None:
    source = """
      local user = context.user
      for i, role in ipairs(user.attributes.roles) do
        if string.lower(role) == "admin" and i > 0 then return true end
      end
      return os.time() > 0 and tonumber(context.env.acr) == 2
    """

    assert examine(source) == Examination(None, "", None, ())


def test_a_syntax_error_has_its_line() -> None:
    assert examine("local x = 1\n\nif x then\n") == Examination(
        Failure.SYNTAX, "'end' expected (to close 'if' at line 3) near <eof>", 4, ()
    )
    assert examine("x = = 1") == Examination(Failure.SYNTAX, "unexpected symbol near '='", 1, ())
    assert examine("goto nowhere") == Examination(
        Failure.SYNTAX, "no visible label 'nowhere' for <goto> at line 1", 1, ()
    )


def test_a_script_that_is_too_long_is_not_compiled() -> None:
    assert examine("=" * 10_241) == Examination(Failure.TOO_LONG, "A script has at most 10,240 bytes.", None, ())


def test_it_does_not_run() -> None:
    assert examine("while true do end") == Examination(None, "", None, ())
    assert pool.active == 0


def test_an_unknown_global_that_is_read_has_its_line() -> None:
    assert warnings("local a = 1\nreturn a and\n  contex.user or print(b)") == [
        (3, "b is not defined."),
        (3, "contex is not defined."),
        (3, "print is not defined."),
    ]


def test_a_global_that_is_written_should_be_local() -> None:
    source = "count = 0\nfunction helper() return count end\nreturn helper() + missing"

    assert warnings(source) == [
        (1, "count is a global: declare it with local."),
        (2, "helper is a global: declare it with local."),
        (3, "missing is not defined."),
    ]


def test_what_a_library_does_not_have_is_named() -> None:
    assert warnings("os.execute('id')\nreturn string.dump(f), ('x'):dump(), math.pi") == [
        (1, "os.execute is not available."),
        (2, "f is not defined."),
        (2, "string.dump is not available."),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("return 'unknown'", []),
        ("return \"a \\\" unknown\" .. 'b \\' unknown'", []),
        ("return [==[ unknown ]] ]==]", []),
        ("-- unknown\nreturn 1 -- unknown", []),
        ("--[[ unknown\nunknown ]] return x", ["x"]),
        ("--[==[ a ]] b ]==] return x", ["x"]),
        ("return context.unknown, context.a.b.c, ('x'):upper()", []),
        ("return {unknown = 1, ['x'] = y, z; w}", ["w", "y", "z"]),
        ("return {a = {b = c}, d == e}", ["c", "d", "e"]),
        ("local a, b <const>, c = 1 return a, b, c", []),
        ("local a = a", ["a"]),
        ("local a = function() return a end", ["a"]),
        ("local function a() return a end", []),
        ("local f = function(a, b, ...) return a, b, c, ... end", ["c"]),
        ("local t = {} function t.a.b:c(d) return self, d, e end return self", ["e", "self"]),
        ("for i = i, 2 do local x = i end return x", ["i", "x"]),
        ("for k, v in pairs(k) do local x = v end return v", ["k", "v"]),
        ("while a do local b = 1 end return b", ["a", "b"]),
        ("repeat local d = 1 until d == e return d", ["d", "e"]),
        ("repeat local d = 1 until (function() local z = d return z end)() return d", ["d"]),
        ("if a then local b = 1 elseif b then local c = b else return c end", ["a", "b", "b", "c"]),
        ("do local a = 1 end return a", ["a"]),
        ("goto done do local x = done end ::done:: return 1", ["done"]),
        ("local x = f(1)(2), y", ["f", "y"]),
        ("local a = 1 local a = a return a", []),
        ("local t = {} t.x, t[i] = 1, j", ["i", "j"]),
        ("local _ENV = {} return anything", []),
        ("return _G.anything, _VERSION", []),
        ("local x = 0x1F + 3e-2 + .5 + 1e5 return x", []),
        ("local s = ''return s", []),
        ("local a <const> = 1; (b or c)(a)", ["b", "c"]),
    ],
)
def test_scopes_are_those_of_lua(source: str, expected: list[str]) -> None:
    assert sorted(set(names(source))) == sorted(set(expected))


def test_a_list_of_targets_is_written() -> None:
    assert warnings("local t, a = {}, 1\na, b, t.c, d = 1, e") == [
        (2, "b is a global: declare it with local."),
        (2, "d is a global: declare it with local."),
        (2, "e is not defined."),
    ]


def test_a_name_is_known_as_long_as_one_block_declares_it() -> None:
    source = """
      local a = 1
      do local a, a = 2, a do local a = 3 end f(a) end
      f(a)
      do local b = 1 for b = 1, 2 do b = b end b = b end
      local function f() end
      return f(a), b, f
    """

    assert warnings(source) == [(3, "f is not defined."), (4, "f is not defined."), (7, "b is not defined.")]


async def test_a_long_script_is_examined_beside_the_event_loop() -> None:
    source = "do " * 190 + "a = b " * 200 + "end " * 190
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count())
    await asyncio.sleep(0)
    turns = 0
    examination = await examine_apart(source)
    counting.cancel()

    assert examination == examine(source)
    assert [each.message for each in examination.warnings] == [
        "a is a global: declare it with local.",
        "b is not defined.",
    ]
    assert turns > 0
    assert await examine_apart("return x") == examine("return x")
    assert (await examine_apart("-" * 20_000)).failure is Failure.TOO_LONG


def test_there_are_at_most_a_hundred_warnings() -> None:
    assert len(examine("\n".join(f"f{number}()" for number in range(300))).warnings) == 100


async def test_the_names_are_those_that_a_script_finds() -> None:
    libraries = {
        name: sorted(await value_of(f"local n = {{}} for k in pairs({name}) do n[#n+1] = k end return n"))  # type: ignore[type-var, arg-type]
        for name in LIBRARIES
    }
    assert libraries == {name: sorted(items) for name, items in LIBRARIES.items()}

    found = await value_of(
        "local n = {} for k in pairs(context.names) do if _ENV[k] ~= nil then n[#n+1] = k end end return n",
        names=dict.fromkeys(GLOBALS | {"print", "load", "io", "debug", "coroutine", "python", "warn", "require"}, True),
    )
    assert sorted(found) == sorted(GLOBALS - {"_ENV"})  # type: ignore[type-var, arg-type]
