/**
 * KEYS: for each limit its log (a sorted set of entries by time) and its notice ("time:entry" of the first refusal).
 * ARGV: offset in ms, entry, then for each limit its number and its window in ms.
 * Answers {1} when allowed, or {0, index of the limit, 1 if this refusal is the first of its window, ms until a slot is
 * free}. Checks all limits before it writes to any; a refused call writes only the notice, so it extends no window.
 * TIME in a writing script needs effects replication, the only kind since Redis 7.
 */
export const SPEND_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])
local entry = ARGV[2]
local count = #KEYS / 2

for i = 1, count do
  if redis.call('ZSCORE', KEYS[2 * i - 1], entry) then return {1} end
end

for i = 1, count do
  local log, notice = KEYS[2 * i - 1], KEYS[2 * i]
  local max, window = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
  redis.call('ZREMRANGEBYSCORE', log, '-inf', string.format('%.0f', now - window))
  local used = redis.call('ZCARD', log)
  if used >= max then
    local wait = window
    if max > 0 then
      local leaving = redis.call('ZRANGE', log, used - max, used - max, 'WITHSCORES')
      wait = tonumber(leaving[2]) + window - now
    end
    local told = redis.call('GET', notice)
    local at, first
    if told then at, first = string.match(told, '^(%d+):(.*)$') end
    if not at or now - tonumber(at) >= window then
      first = entry
      redis.call('SET', notice, string.format('%.0f', now) .. ':' .. entry, 'PX', window)
    end
    return {0, i, first == entry and 1 or 0, math.ceil(wait)}
  end
end

for i = 1, count do
  local log, window = KEYS[2 * i - 1], tonumber(ARGV[2 * i + 2])
  redis.call('ZADD', log, string.format('%.0f', now), entry)
  redis.call('PEXPIRE', log, window)
end
return {1}
`;
