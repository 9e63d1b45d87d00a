// The audience's view of a broadcast, and what can be done to the world outside: more readers, trouble at Telegram.

const words = JSON.parse(document.body.dataset.words);
const numbers = new Intl.NumberFormat(document.body.dataset.lang === "bn" ? "bn-BD" : "en-IN");
const $ = (id) => document.getElementById(id);
const EVERY = 1000; // milliseconds between two looks

const count = (number) => numbers.format(number);
const say = (word, numbers_) => words[word].replace(/\{(\w+)\}/g, (_, name) => count(numbers_[name]));

let lastReader = 0;

function show(figures) {
  $("readers").textContent = say("simulated", { count: figures.readers })
    + (figures.joining ? ` · ${say("joining", { count: figures.joining })}` : "");
  $("rate").textContent = count(figures.per_second);
  draw(figures.curve);
  $("waves").replaceChildren(...figures.waves.map(wave));
  if (!figures.waves.length) {
    const nothing = document.createElement("li");
    nothing.textContent = words.nothing_sent;
    $("waves").append(nothing);
  }
  $("counts").textContent = say("counts", { refused: figures.refused, floods: figures.floods, worst: figures.worst_second });
  lastReader = figures.waves[0]?.last_reader ?? 0;
  $("peek").disabled = !lastReader;
  for (const button of document.querySelectorAll("[data-trouble]")) {
    const struck = figures.troubles[button.dataset.trouble];
    if (!button.dataset.trouble) { button.disabled = !Object.keys(figures.troubles).length; continue; }
    button.setAttribute("aria-pressed", String(struck !== undefined));
    button.querySelector(".struck").textContent = struck === undefined ? "" : ` ×${count(struck)}`;
  }
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

function draw(curve) {
  const most = Math.max(10, ...curve);
  const points = curve.map((number, second) => `${second} ${(30 - 28 * number / most).toFixed(1)}`);
  $("curve").firstElementChild.setAttribute("d", `M0 30 L${points.join(" L")} L${curve.length - 1} 30 Z`);
}

async function act(path, fields, said) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
  });
  const result = await answer.json();
  if (answer.ok) show(result);
  if (said || !answer.ok) {
    $("told").textContent = answer.ok ? said : result.error.message;
    $("told").className = answer.ok ? "told good" : "told bad";
  }
}

async function look() {
  if (!document.hidden) {
    try {
      show(await (await fetch("/newsroom/audience")).json());
    } catch { /* the sandbox is being started anew; the phones say so */ }
  }
  setTimeout(look, EVERY);
}

document.addEventListener("click", (event) => {
  const trouble = event.target.closest("[data-trouble]");
  if (trouble) {
    const kind = trouble.dataset.trouble, on = trouble.getAttribute("aria-pressed") !== "true";
    $("trouble-means").textContent = kind && on ? trouble.title : words.troubles_hint;
    act("/newsroom/troubles", { kind, on });
  } else if (event.target.closest("#more-readers")) {
    act("/newsroom/readers", { count: Number($("more-readers").dataset.count) }, words.readers_called);
  } else if (event.target.closest("#peek")) {
    document.dispatchEvent(new CustomEvent("phone", { detail: { id: lastReader, app: "telegram" } }));
  }
});

look();
