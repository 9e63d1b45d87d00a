// What many readers have got at once, and how fast: a list and a curve.

export const words = JSON.parse(document.body.dataset.words);
const numbers = new Intl.NumberFormat(document.body.dataset.lang === "bn" ? "bn-BD" : "en-IN");

export const count = (number) => numbers.format(number);
export const say = (word, given) => words[word].replace(/\{(\w+)\}/g, (_, name) => count(given[name]));

export function showReaders(place, { readers, joining }) {
  place.textContent = say("simulated", { count: readers }) + (joining ? ` · ${say("joining", { count: joining })}` : "");
}

export function showWaves(list, waves) {
  list.replaceChildren(...waves.map(wave));
  if (waves.length) return;
  const nothing = document.createElement("li");
  nothing.textContent = words.nothing_sent;
  list.append(nothing);
}

function wave(one) {
  const item = document.createElement("li");
  const text = document.createElement("span"), told = document.createElement("small");
  text.textContent = text.title = one.text.replace(/\s+/g, " ") || words.no_text;
  const parts = [say("got_it", { count: one.readers })];
  if (one.corrected) parts.push(say("corrected", { count: one.corrected }));
  if (one.recalled) parts.push(say("recalled", { count: one.recalled }));
  if (one.twice) parts.push(say("got_twice", { count: one.twice }));
  told.textContent = parts.join(" · ");
  item.append(text, told);
  return item;
}

export function draw(curve, path) {
  const most = Math.max(10, ...curve);
  const points = curve.map((number, second) => `${second} ${(30 - 28 * number / most).toFixed(1)}`);
  path.setAttribute("d", `M0 30 L${points.join(" L")} L${curve.length - 1} 30 Z`);
}
