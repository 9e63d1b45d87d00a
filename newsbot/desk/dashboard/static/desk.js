// What makes the desk's pages live. Without it they read and work all the same.

// One menu at a time, closed by Escape and by a press elsewhere.
const menus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.menu[open], details.confirm[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// On a phone the pages' names stand in a row that is wider than the screen: the one that is shown stands in its middle.
const here = document.querySelector("nav [aria-current]");
if (here) {
  const row = here.closest("ul");
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

// Parts of a page that the server sends anew: <div data-live="/desk/…/live"> holds elements with ids.
const offered = (root) => [...root.querySelectorAll("form")].map(
  (form) => `${form.getAttribute("action")} ${form.querySelector("[name=channel]")?.value ?? ""}`,
).join();
function replaced(part, html) {
  const element = document.getElementById(part);
  if (!element) return;
  if (element.querySelector("details.confirm[open]")) { // somebody is about to press what is offered still
    const anew = document.createElement("template");
    anew.innerHTML = html;
    if (offered(anew.content) === offered(element)) return;
  }
  const here = element.contains(document.activeElement);
  element.innerHTML = html;
  if (here) (element.querySelector("summary, a, button") ?? element).focus();
}
// What was said at the top told how things stood before.
const told = () => document.querySelector("main > .said")?.remove();
const AGAIN = 5000; // ms
function follow(address) {
  const source = new EventSource(address);
  source.addEventListener("parts", (event) => {
    for (const [part, html] of Object.entries(JSON.parse(event.data))) replaced(part, html);
  });
  source.addEventListener("end", () => {
    source.close();
    told();
  });
  source.addEventListener("reload", () => location.reload());
  // A browser tries again by itself, but not where it was answered with an error: the database may be back in a moment.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN, address);
  });
  addEventListener("pagehide", () => source.close());
}
for (const region of document.querySelectorAll("[data-live]")) follow(region.dataset.live);

// A page that is looked at for long is fetched anew now and then: <div data-anew="15">, in seconds, until
// there is no number. Not while somebody is in it.
for (const region of document.querySelectorAll("[data-anew]:not([data-anew=''])")) {
  const again = setInterval(async () => {
    if (document.hidden || region.contains(document.activeElement)) return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const anew = page.querySelector("[data-anew]");
    if (!anew || anew.innerHTML === region.innerHTML) return;
    region.innerHTML = anew.innerHTML;
    told();
    if (!anew.dataset.anew) clearInterval(again);
  }, region.dataset.anew * 1000);
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
