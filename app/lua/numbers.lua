-- What C reads as numbers though it is text: priced by its length, before C reads it.
--
-- Arguments: the budget. A call that takes a few numbers needs none of this, what it reads is bounded by the memory;
-- but one that takes any number of them could read the same long text ten thousand times.
local budget = ...

local charge = budget.charge
local type, tonumber, select, next, error, rawget = type, tonumber, select, next, error, rawget
local metatable_of, sub = debug.getmetatable, string.sub

-- Bytes of a number's text that C reads in the time of one instruction.
local PER = 8

local function read(value, number, name)
  local kind = type(value)
  if kind == "number" then
    return
  elseif kind == "string" then
    charge(#value / PER)
    if tonumber(value) then
      return
    end
  end
  error("bad argument #" .. number .. " to '" .. name .. "' (number expected, got " .. kind .. ")", 3)
end

-- A function of any number of numbers, but of one at least where it `needs_one`.
local function priced(library, name, needs_one)
  local call = library[name]
  library[name] = function(...)
    local count = select("#", ...)
    if count > 2 then
      charge(count / 4)
      local values = { ... }
      for index = 1, count do
        read(values[index], index, name)
      end
    elseif count > 0 then
      local first, second = ...
      read(first, 1, name)
      if count == 2 then
        read(second, 2, name)
      end
    elseif needs_one then
      error("bad argument #1 to '" .. name .. "' (number expected, got no value)", 2)
    end
    return call(...)
  end
end

priced(math, "max", true)
priced(math, "min", true)
priced(string, "char")
priced(utf8, "char")

-- Arithmetic on texts comes to their metatable; where C could not do it, the error names the script's line and not ours.
local function add_arithmetic(name)
  local call = metatable_of("")[name]
  metatable_of("")[name] = function(first, second)
    charge(((type(first) == "string" and #first or 0) + (type(second) == "string" and #second or 0)) / PER)
    if not tonumber(first) or not tonumber(second) then
      local meta = type(second) ~= "string" and metatable_of(second)
      if not meta or rawget(meta, name) == nil then
        error("attempt to " .. sub(name, 3) .. " a '" .. type(first) .. "' with a '" .. type(second) .. "'", 2)
      end
    end
    return call(first, second)
  end
end

for _, name in next, { "__add", "__sub", "__mul", "__div", "__idiv", "__mod", "__pow", "__unm" } do
  add_arithmetic(name)
end
