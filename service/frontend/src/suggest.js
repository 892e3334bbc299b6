// Suggestions below a search box, as people type: the combobox pattern of WAI-ARIA 1.2, over a form that works alone.

import { askedFor } from "./asking.js";

const WAIT = 120; // milliseconds without a key before the service is asked
const MOST = 8;

const LOOK = `
.suggesting { position: relative; }
.suggestions { position: absolute; z-index: 20; inset: calc(100% + .35rem) 0 auto 0; max-height: 24rem; overflow-y: auto;
  margin: 0; padding: .3rem; list-style: none; color: var(--ink); background: var(--surface);
  border: 1px solid var(--edge); border-radius: .8rem; box-shadow: 0 .4rem 1.6rem rgb(0 0 0 / .14); text-align: start; }
.suggestions li { padding: .45rem .8rem; border-radius: .5rem; cursor: pointer; line-height: 1.35; min-height: 24px; }
.suggestions li .quiet { font-size: .9rem; }
.suggestions li:hover, .suggestions [aria-selected="true"] { background: var(--accent-soft); }
.suggestions [aria-selected="true"] { outline: 2px solid var(--accent); outline-offset: -2px; }
@media print { .suggestions { display: none; } }`;

function combobox(input) {
  const form = input.form;
  const list = document.createElement("ul");
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
  list.hidden = true;
  form.append(list);
  form.classList.add("suggesting");
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  let timer;
  let asked;
  let chosen = -1;

  const show = (found) => {
    list.replaceChildren(...found.map(option));
    chosen = -1;
    open(found.length > 0);
  };
  const open = (yes) => {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
    if (!yes) input.removeAttribute("aria-activedescendant");
  };
  const option = (one, number) => {
    const item = document.createElement("li");
    item.id = `${list.id}-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.url = one.url;
    const name = document.createElement("span");
    name.textContent = one.label;
    if (one.lang && one.lang !== "und") name.lang = one.lang;
    name.dir = "auto";
    const kind = document.createElement("span");
    kind.className = "quiet";
    kind.dir = "auto";
    kind.textContent = one.matched === one.label ? one.typeLabel : `${one.typeLabel} · ${one.matched}`;
    item.append(name, " ", kind);
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => location.assign(one.url));
    return item;
  };
  const choose = (number) => {
    const items = list.children;
    if (chosen >= 0) items[chosen].setAttribute("aria-selected", "false");
    chosen = number;
    if (number < 0) return input.removeAttribute("aria-activedescendant");
    items[number].setAttribute("aria-selected", "true");
    items[number].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", items[number].id);
  };
  const ask = async () => {
    const prefix = input.value.trim();
    asked?.abort();
    if (!prefix) return open(false);
    asked = new AbortController();
    const address = new URL(form.action.replace(/\/search$/, "/suggest"));
    address.searchParams.set("prefix", prefix);
    address.searchParams.set("size", MOST);
    address.searchParams.set("lang", document.documentElement.lang);
    try {
      const answer = await askedFor(address, asked.signal);
      if (answer && document.activeElement === input) show(answer.suggestions.filter((one) => one.url));
    } catch (error) {
      if (error.name !== "AbortError") open(false); // the form goes on working
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    const last = list.children.length - 1;
    if (list.hidden || last < 0) return;
    if (event.key === "ArrowDown") choose(chosen === last ? -1 : chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen === -1 ? last : chosen - 1);
    else if (event.key === "Escape") open(false);
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.url);
    else return;
    event.preventDefault();
  });
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(LOOK);
document.adoptedStyleSheets.push(sheet);
for (const input of document.querySelectorAll("form[role=search] input[type=search]")) combobox(input);
