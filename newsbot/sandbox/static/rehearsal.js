// The audience's view of a broadcast, and what can be done to the world outside: more readers, trouble at Telegram.

import { count, draw, say, showReaders, showWaves, words } from "./waves.js";

const $ = (id) => document.getElementById(id);
const EVERY = 1000; // milliseconds between two looks

let lastReader = 0;

function show(figures) {
  showReaders($("readers"), figures);
  $("rate").textContent = count(figures.per_second);
  draw(figures.curve, $("curve").firstElementChild);
  showWaves($("waves"), figures.waves);
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
