// Messenger's rules at work: whose window is open, and what can be done to windows, time, the token and the Page.

import { say, showReaders, showWaves, words } from "./waves.js";

const lang = document.body.dataset.lang;
const $ = (id) => document.getElementById(id);
const EVERY = 1000; // milliseconds between two looks

let last = 0;

function show(figures) {
  $("messenger-clock").textContent = figures.ahead ? words.messenger_time.replace("{time}", figures.clock[lang]) : "";
  $("messenger-counts").textContent = say("messenger_counts", figures);
  showReaders($("messenger-readers"), figures);
  showWaves($("messenger-waves"), figures.waves);
  last = figures.waves[0]?.last_reader ?? 0;
  $("messenger-peek").disabled = !last;
  for (const kind of ["token", "page"]) {
    document.querySelector(`[data-messenger="${kind}"]`).setAttribute("aria-pressed", String(figures[kind]));
  }
}

async function act(button) {
  const { messenger: kind, count } = button.dataset, pressed = button.getAttribute("aria-pressed");
  const answer = await fetch("/newsroom/messenger", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ act: kind, on: pressed !== "true", count: Number(count) || undefined }),
  });
  const result = await answer.json();
  if (answer.ok) show(result);
  $("messenger-means").textContent = answer.ok && pressed !== "true" ? button.title : words.messenger_rules;
  if (!answer.ok) [$("told").textContent, $("told").className] = [result.error.message, "told bad"];
}

async function look() {
  if (!document.hidden) {
    try {
      show(await (await fetch("/newsroom/messenger")).json());
    } catch { /* the sandbox is being started anew; the phones say so */ }
  }
  setTimeout(look, EVERY);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-messenger]");
  if (button) act(button);
  else if (event.target.closest("#messenger-peek")) {
    document.dispatchEvent(new CustomEvent("phone", { detail: { id: last, app: "messenger" } }));
  }
});

look();
