-- The library of tables, changed in place: priced before C does the work.
--
-- Arguments: the budget.
local budget = ...

local table = table
local charge, counted = budget.charge, budget.counted
local type, select, error, rawget, rawlen = type, select, error, rawget, rawlen
local metatable_of, tointeger = debug.getmetatable, math.tointeger
local pack, unpack, concat, insert, remove, move, sort =
  table.pack, table.unpack, table.concat, table.insert, table.remove, table.move, table.sort

-- A table whose length and items are its own, so that C sees what was priced.
local function plain(value, name)
  if type(value) ~= "table" then
    error("bad argument #1 to '" .. name .. "' (table expected, got " .. type(value) .. ")", 3)
  end
  local meta = metatable_of(value)
  if meta and (rawget(meta, "__len") or rawget(meta, "__index") or rawget(meta, "__newindex")) then
    error(name .. " takes tables without __len, __index and __newindex", 3)
  end
  return value
end

-- Items from `from` to `to` (by default all), as a float: integers could overflow.
local function distance(from, to, size)
  local first, last = tointeger(from == nil and 1 or from), tointeger(to == nil and size or to)
  if not first or not last or last < first then
    return 1.0
  end
  return last + 0.0 - first + 1.0
end

function table.concat(list, separator, from, to)
  local size = rawlen(plain(list, "concat"))
  charge(distance(from, to, size) / 2)
  return concat(list, separator, from, to)
end

function table.insert(list, ...)
  plain(list, "insert")
  if select("#", ...) == 2 then
    charge(rawlen(list) / 4)
  end
  return insert(list, ...)
end

function table.remove(list, ...)
  plain(list, "remove")
  if select("#", ...) > 0 then
    charge(rawlen(list) / 4)
  end
  return remove(list, ...)
end

function table.move(list, from, to, at, other)
  plain(list, "move")
  if other ~= nil then
    plain(other, "move")
  end
  charge(distance(from, to, 0))
  return move(list, from, to, at, other)
end

function table.pack(...)
  charge(select("#", ...) / 4)
  return pack(...)
end

function table.unpack(list, from, to)
  charge(distance(from, to, rawlen(plain(list, "unpack"))) / 4)
  return unpack(list, from, to)
end

function table.sort(list, is_less)
  local count = rawlen(plain(list, "sort"))
  local longest = 0
  if not is_less then
    for index = 1, count do
      local value = list[index]
      if type(value) == "string" and #value > longest then
        longest = #value
      end
    end
  end
  local rounds = 1
  while 2 ^ rounds < count do
    rounds = rounds + 1
  end
  charge(2 * count * rounds * (1 + longest / 64))
  return sort(list, counted(is_less))
end
