-- What a script may spend: instructions, time, memory, depth of calls.
--
-- Arguments: a monotonic clock in seconds.
-- INVARIANT: once `spent` is set no code of the script runs any more; every protected call raises it again.
local clock = ...

local sethook, getinfo = debug.sethook, debug.getinfo
local error, type, find, cpu, xpcall = error, type, string.find, os.clock, xpcall

local OUT_OF_MEMORY = "not enough memory"
local SOURCE = "=policy"
-- Instructions between two looks at what is spent; what C does in between is bounded by the memory.
local STEP = 20
-- Looks between two at the clock, and the processor time after which it is looked at all the same (seconds).
local CLOCK_EVERY, CLOCK_AFTER = 50, 0.01

local spent, line, left, deadline, patience, seen, ticks

local function note_line()
  if line then
    return
  end
  for level = 2, 60 do
    local info = getinfo(level, "Sl")
    if not info then
      return
    elseif info.source == SOURCE and info.currentline > 0 then
      line = info.currentline
      return
    end
  end
end

local function exhaust(what)
  if not spent then
    spent = what
    note_line()
  end
  error(spent, 0)
end

-- What C is about to do, as instructions. Nothing gives any back.
local function charge(amount)
  left = left - amount
  if left < 0 or not (amount >= 0) then
    exhaust("instructions")
  end
end

local tick

function tick()
  left = left - STEP + 1
  if left < 0 or spent then
    exhaust("instructions")
  end
  local at = cpu()
  ticks = ticks + 1
  if patience then
    if at - seen > patience then
      exhaust("time")
    end
  elseif ticks % CLOCK_EVERY == 1 or at - seen > CLOCK_AFTER then
    seen = at
    if clock() >= deadline then
      exhaust("time")
    end
  end
  -- The instructions of this function have counted as well: begin anew. One is still to come, its return.
  sethook(tick, "", STEP)
end

-- Where a stack is full the hook has no room to run either: a script that caught that would go on uncounted.
local function is_overflow(message)
  return type(message) == "string"
    and #message < 300
    and (find(message, "stack overflow", 1, true) or find(message, "error in error handling", 1, true))
end

-- A trial has little room for a stack, and `unpack` says that in words of its own: what a full run would not say.
local function is_cramped(message)
  return patience and type(message) == "string" and #message < 300
    and find(message, "too many results to unpack", 1, true)
end

local function checked(is_fine, ...)
  if spent then
    error(spent, 0)
  elseif not is_fine then
    if ... == OUT_OF_MEMORY or is_cramped((...)) then
      exhaust("memory")
    elseif is_overflow((...)) then
      exhaust("stack")
    end
  end
  return is_fine, ...
end

-- The error goes through to the end: from here on only our own code runs.
local function handle(message)
  sethook()
  note_line()
  return message
end

-- Call a script. Returns what it spent or nil, the line of it, whether it came to its end, and its value or error.
local function call(chunk, budget, seconds, most_cpu)
  spent, line, left, ticks, patience, seen = nil, nil, budget, 0, most_cpu, cpu()
  deadline = not most_cpu and clock() + seconds
  sethook(tick, "", STEP)
  local is_fine, value = xpcall(chunk, handle)
  sethook()
  if not spent and not is_fine then
    spent = (value == OUT_OF_MEMORY or is_cramped(value)) and "memory" or is_overflow(value) and "stack" or nil
  end
  return spent, line, is_fine, value
end

-- A function that C is to call again and again: as one of Lua, so that the calls count.
local function counted(callee)
  if type(callee) ~= "function" or getinfo(callee, "S").what ~= "C" then
    return callee
  end
  return function(...)
    return callee(...)
  end
end

return { call = call, charge = charge, checked = checked, counted = counted }
