// The demo page: phones in frames, and the newsroom's panel, shown anew by the server after each act.

const words = JSON.parse(document.body.dataset.words);
const lang = document.body.dataset.lang;
const $ = (id) => document.getElementById(id);

// --- the newsroom ----------------------------------------------------------------------------------------------------

async function act(path, fields, said) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
  });
  const result = await answer.json();
  $("told").textContent = answer.ok ? said.replace("{headline}", result.headline) : result.error.message;
  $("told").className = answer.ok ? "told good" : "told bad";
  const fresh = await fetch(`/newsroom/panel?lang=${lang}`);
  const holder = document.createElement("template");
  holder.innerHTML = await fresh.text();
  const held = document.activeElement?.closest("#prepared button, #published button");
  const part = held?.closest("#prepared, #published").id;
  for (const id of ["prepared", "published"]) $(id).replaceWith(holder.content.getElementById(id));
  if (held) keepFocus(held, $(part));
  return answer.ok;
}

// The panel is new, but whoever works by keyboard stays at the same button, or begins again at its first.
function keepFocus(held, part) {
  const article = held.closest("[data-article]")?.dataset.article;
  const same = held.name ? `button[value="${held.value}"]` : `[data-article="${article}"] [data-edit]`;
  const buttons = [...part.querySelectorAll("button")].filter((button) => !button.disabled);
  (buttons.find((button) => button.matches(same)) ?? buttons[0])?.focus();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id === "prepared") {
    event.preventDefault();
    const breaking = form.elements.breaking.checked ? { breaking: "true" } : {};
    await act("/newsroom/publish", { section: event.submitter.value, ...breaking }, words.just_published);
  } else if (form.id === "own-form") {
    event.preventDefault();
    if (await act("/newsroom/publish", Object.fromEntries(new FormData(form)), words.just_published)) {
      form.reset();
      $("own").open = false;
    }
  } else if (form.id === "editor-form") {
    await act(`/newsroom/articles/${form.dataset.article}`, Object.fromEntries(new FormData(form)), words.just_saved);
  } else if (form.id === "add-phone") {
    event.preventDefault();
    await addPhone(new FormData(form).get("first_name"), event.submitter?.value ?? "telegram");
    form.reset();
  }
});

document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-article]");
  const reader = event.target.closest("[data-reader]");
  if (event.target.closest("[data-edit]")) {
    const form = $("editor-form");
    form.dataset.article = item.dataset.article;
    for (const name of ["kicker", "headline", "body"]) form.elements[name].value = item.dataset[name];
    $("editor").showModal();
  } else if (event.target.closest("[data-withdraw]")) {
    if (confirm(`${words.withdraw_sure}\n${item.dataset.headline}`)) {
      act(`/newsroom/articles/${item.dataset.article}/withdraw`, {}, words.just_withdrawn);
    }
  } else if (reader) {
    togglePhone(reader);
  }
});
$("editor-cancel").addEventListener("click", () => $("editor").close());

// --- the phones ------------------------------------------------------------------------------------------------------

function togglePhone(reader) {
  const { reader: key, path, title, app } = reader.dataset;
  const shown = placeOf(key);
  if (shown) shown.remove();
  else {
    const place = document.createElement("figure"), caption = document.createElement("figcaption");
    const frame = document.createElement("iframe");
    const look = ["editor", "messenger"].find((one) => reader.classList.contains(one)) ?? "";
    place.className = `place ${look}`;
    Object.assign(place.dataset, { place: key, app });
    caption.textContent = title;
    Object.assign(frame, { className: "device", src: path, title, allow: "clipboard-write" });
    place.append(caption, frame);
    $("phones").append(place);
    place.scrollIntoView({ inline: "end", block: "nearest" });
  }
  reader.setAttribute("aria-pressed", String(!shown));
  const address = new URL(location);
  const keys = [...document.querySelectorAll("[data-place]")].map((place) => place.dataset.place);
  address.searchParams.set("phones", keys.join(","));
  history.replaceState(null, "", address);
}

const placeOf = (key) => document.querySelector(`[data-place="${key}"]`);

async function addPhone(name, app) {
  const answer = await fetch(APPS[app].path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ first_name: name, language_code: lang }),
  });
  const user = await answer.json();
  togglePhone(buttonOf(user.id, user.first_name, app));
}

const APPS = {
  telegram: { path: "/phone", key: "", name: "{name}", title: words.telegram_of },
  messenger: { path: "/messenger/phone", key: "m", name: words.on_messenger, title: words.messenger_of },
};

// The button of a person among the phones' names; made when there is none.
function buttonOf(id, name, app) {
  const { path, key, name: label, title } = APPS[app];
  const known = document.querySelector(`[data-reader="${key}${id}"]`);
  if (known) return known;
  const button = document.createElement("button");
  const filled = (text) => text.replace("{name}", name);
  Object.assign(button, { type: "button", className: `reader ${app === "messenger" ? "messenger" : ""}`, textContent: filled(label) });
  Object.assign(button.dataset, { reader: `${key}${id}`, path: `${path}/${id}?embedded=1`, title: filled(title), app });
  $("add-phone").before(button);
  return button;
}

document.addEventListener("phone", ({ detail: { id, app } }) => {
  const button = buttonOf(id, `Reader ${id}`, app);
  if (!placeOf(button.dataset.reader)) togglePhone(button);
});

// A link on one phone leads into the reader's other app: the phone of the same number in the row, the first of two.
addEventListener("message", ({ origin, source, data }) => {
  if (origin !== location.origin || !(data?.app in APPS)) return;
  const places = [...document.querySelectorAll(".place")];
  const from = places.find((place) => place.querySelector("iframe").contentWindow === source);
  if (!from) return;
  const nth = places.filter((place) => place.dataset.app === from.dataset.app).indexOf(from);
  const others = places.filter((place) => place.dataset.app === data.app);
  const frame = (others[nth] ?? others[0])?.querySelector("iframe");
  if (!frame) return open(`${APPS[data.app].path}?${data.query}`, "_blank", "noopener");
  if (data.query) frame.src = `${new URL(frame.src).pathname}?${data.query}&embedded=1`;
  frame.focus();
});
