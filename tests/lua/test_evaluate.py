"""What a script is given, and what it gives back."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from app.lua.types import Failure, Limits
from tests.lua.support import failure_of, run, value_of


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("return true", True),
        ("return false", False),
        ("return nil", None),
        ("", None),
        ("return 7", 7),
        ("return 7.5", 7.5),
        ("return 'grüße'", "grüße"),
        ("return 1, 2, 3", 1),
        ("return {}", {}),
        ("return {1, 'a', {b = true}}", [1, "a", {"b": True}]),
        ("return {1, nil, 3}", {"1": 1, "3": 3}),
        ("return {a = {b = {c = 1.5}}}", {"a": {"b": {"c": 1.5}}}),
        ("return math.maxinteger", 2**63 - 1),
    ],
)
async def test_a_result_is_plain_data(source: str, expected: object) -> None:
    assert await value_of(source) == expected


async def test_true_is_true_and_one_is_one() -> None:
    assert await value_of("return true") is True
    assert type(await value_of("return 1")) is int


@pytest.mark.parametrize(
    "given", [None, True, False, 0, -(2**63), 2**63 - 1, 1.5, "", "grüße \0 ☃", [], [1, [2, ["x"]]], {"a": {"b": [1]}}]
)
async def test_plain_data_goes_in_and_comes_out_as_it_is(given: object) -> None:
    returned = await value_of("return context.given", given=given)

    assert returned == ({} if given == [] else given)
    assert type(returned) is type({} if given == [] else given)


async def test_lists_count_from_one() -> None:
    source = "return {context.list[0] == nil, context.list[1], #context.list}"

    assert await value_of(source, list=["a", "b"]) == [True, "a", 2]


async def test_the_same_dictionary_twice_is_two_tables() -> None:
    shared: dict[str, object] = {"a": [1]}

    assert await value_of("return context", first=shared, second=shared, third=[shared, shared]) == {
        "first": {"a": [1]},
        "second": {"a": [1]},
        "third": [{"a": [1]}, {"a": [1]}],
    }


async def test_what_a_script_does_to_its_context_does_not_reach_us() -> None:
    context: dict[str, object] = {"list": [1], "user": {"name": "Ada"}}

    assert (await run("context.list[1] = 2 context.user.name = 'Eve' return context.list[1]", context)).value == 2

    assert context == {"list": [1], "user": {"name": "Ada"}}


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("\n\nerror('no such thing')", 3, "no such thing"),
        ("error('without a place', 0)", 1, "without a place"),
        ("local x\nreturn x.y", 2, "attempt to index a nil value (local 'x')"),
        ("return context.user.name", 1, "attempt to index a nil value (field 'user')"),
        ("\nerror({})", 2, "The script raised a table."),
        ("error()", 1, "The script raised a nil."),
        ("error(42)", 1, "42"),
        ("\nlocal x = string.find()", 2, "bad argument #1 to 'find' (string expected, got no value)"),
        ("\nreturn 1 + {}", 2, "attempt to perform arithmetic on a table value"),
        ("local function f() return 1 + f() end\n\nlocal ok = pcall(f)", 1, "The script calls itself too deeply."),
    ],
)
async def test_an_error_says_what_and_where(source: str, line: int, message: str) -> None:
    if "calls itself" in message:
        source = "local function f() ('x'):gsub('x', f) end pcall(f)"

    assert await failure_of(source) == (Failure.RUNTIME, line, message)


async def test_a_script_catches_its_own_errors() -> None:
    source = """
      local ok, message = pcall(error, 'a', 0)
      local fine, one, two = pcall(function(...) return ... end, 1, 2)
      local caught, text = xpcall(error, function(m) return m .. '!' end, 'b')
      local _, object = pcall(error, {code = 7})
      return {ok, message, fine, one, two, caught, text, object.code}
    """

    assert await value_of(source) == [False, "a", True, 1, 2, False, "b!", 7]


async def test_what_is_not_lua_says_what_and_where() -> None:
    assert await failure_of("local x = 1\nreturn x +") == (Failure.SYNTAX, 2, "unexpected symbol near <eof>")
    assert await failure_of("\x1bLua") == (Failure.SYNTAX, None, "A script is text: compiled Lua is refused.")
    assert (await failure_of("return \ud800"))[0] is Failure.SYNTAX


async def test_a_source_is_as_long_as_its_bytes() -> None:
    fits = "return '" + "ü" * 5_114 + "xx'"

    assert len(fits.encode()) == 10_240 - 1
    assert (await run(fits)).failure is None
    assert await failure_of(fits + "--") == (Failure.TOO_LONG, None, "A script has at most 10,240 bytes.")


async def test_limits_are_said_in_the_message() -> None:
    limits = Limits(source_bytes=40, instructions=1_000, memory_bytes=65_536)

    assert (await run("while true do end", {}, limits)).message == "The script ran more than 1,000 instructions."
    assert (await run("return ('x'):rep(70000)", {}, limits)).failure is Failure.INSTRUCTIONS
    memory = await run("local s='x' while true do s=s..s end", {}, limits)
    assert (memory.failure, memory.message) == (Failure.MEMORY, "The script used more than 64 KiB of memory.")
    assert (await run("-" * 41, {}, limits)).message == "A script has at most 40 bytes."


async def test_fifty_thousand_instructions_are_enough_for_work_and_not_for_more() -> None:
    assert (await run("local n = 0 for i = 1, 20000 do n = n + i end return n")).value == 200_010_000
    assert (await run("local n = 0 for i = 1, 30000 do n = n + i end return n")).failure is Failure.INSTRUCTIONS


async def test_nothing_of_a_call_is_seen_by_the_next() -> None:
    await value_of("leak = 1; math.randomseed(1); string_leak = string; context.leak = 1; _ENV.more = 2")

    for _ in range(30):
        assert (
            await value_of("return {leak == nil, string_leak == nil, context.leak == nil, more == nil}") == [True] * 4
        )


async def test_dice_are_not_those_of_another_script() -> None:
    first = await value_of("math.randomseed(42) return {math.random(1000000), math.random(1000000)}")
    again = await value_of("math.randomseed(42) return {math.random(1000000), math.random(1000000)}")
    assert first == again

    unseeded = {str(await value_of("return {math.random(1000000), math.random(1000000)}")) for _ in range(20)}

    assert len(unseeded) > 1
    assert str(first) not in unseeded


async def test_dates_are_in_utc_and_like_those_of_c() -> None:
    source = """
      local at = 1795737960
      return {
        os.date('%Y-%m-%dT%H:%M:%SZ', at), os.date('!%c', at), os.date('%A %j %U %W %V %G %u %w %p %I %y %D %e', at),
        os.time({year = 2026, month = 11, day = 27, hour = 0, min = 6, sec = 0}), os.date('*t', at).yday,
        os.time({year = 2026, month = 14, day = -3, hour = 30}), os.date('%d%%', 0), os.date('%F', -1),
      }
    """

    assert await value_of(source) == [
        "2026-11-27T00:06:00Z", "Fri Nov 27 00:06:00 2026", "Friday 331 47 47 48 2026 5 5 AM 12 26 11/27/26 27",
        1795737960, 331, 1801202400, "01%", "1969-12-31",
    ]  # fmt: skip


async def test_every_part_of_a_date_is_that_of_the_calendar() -> None:
    dice = random.Random(7)
    first, last = datetime(1000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    moments = [dice.randint(int(first.timestamp()), int(last.timestamp())) for _ in range(40)]
    years = [
        int(datetime(year, month, day, tzinfo=UTC).timestamp())
        for year in range(1996, 2032)
        for month, day in ((1, 1), (12, 31))
    ]
    parts = "%Y-%m-%d %H:%M:%S %j %U %W %V %G %g %u %w %a %A %b %B %p %I %y %C %e %D %R %r %s %%"

    for at in moments + years:
        moment = datetime.fromtimestamp(at, UTC)
        expected = moment.strftime(parts.replace("%s", str(at)))
        assert await value_of(f"return os.date('{parts}', context.at)", at=at) == expected
        fields = moment.strftime("{year = %Y, month = %m, day = %d, hour = %H, min = %M, sec = %S}").replace(
            "= 0", "= "
        )
        assert await value_of(f"return os.time({fields})") == at


async def test_classes_work() -> None:
    source = """
      local Account = {}
      Account.__index = Account
      function Account.new(limit) return setmetatable({limit = limit}, Account) end
      function Account:allows(amount) return amount <= self.limit end
      local account = Account.new(10)
      return {account:allows(5), account:allows(15), getmetatable(account) == Account}
    """

    assert await value_of(source) == [True, False, True]
