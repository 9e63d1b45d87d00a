-- Whom an alert is for now. Behind ledger_segment.lua.

-- The bitmap of who bears the mark. While all alerts of a story are for one article of it, who bears one of the two marks bears
-- the other, and the article's has no bitmap (`domain.alert.marks_of`).
local function bearers(mark)
  local story = string.match(mark, '^(.+):%d+$')
  local sole = story and redis.call('GET', prefix .. ':sole:' .. story)
  return prefix .. ':story:' .. (sole == mark and story or mark)
end

-- The alert's marks that have a bitmap, for whom it is frozen for. `text`: its marks, a space between two; `kept`: seconds. The
-- first article of its story to be alerted has none of its own until there is another (`bearers`).
local function marks_to_bear(text, kept)
  local marks = {}
  for mark in string.gmatch(text, '%S+') do marks[#marks + 1] = mark end
  local sole = marks[1] and prefix .. ':sole:' .. marks[1]
  local alone = #marks == 2 and string.find(marks[2], marks[1] .. ':', 1, true) == 1
    and (redis.call('GET', sole) == marks[2]
      or redis.call('EXISTS', prefix .. ':story:' .. marks[1], prefix .. ':story:' .. marks[2]) == 0)
  if alone then
    redis.call('SET', sole, table.remove(marks), 'EX', kept)
    return marks
  end
  for _, mark in ipairs(marks) do
    local other = redis.call('GET', prefix .. ':sole:' .. mark)
    if other then
      redis.call('COPY', prefix .. ':story:' .. mark, prefix .. ':story:' .. other, 'REPLACE')
      redis.call('UNLINK', prefix .. ':sole:' .. mark)
    end
  end
  return marks
end

-- target := the audience of these topics and languages, without who was alerted for the story.
local function audience(target, topics, languages, story)
  willing(target, known, topics)
  among(target, target, 'lang:', languages, {bearers(story)})
end
