// Shows a thing or a list of this service in another site's page:
//
//   <script type="module" src="https://…/embed.js"></script>
//   <koinon-thing src="https://…/doc/project/resist"></koinon-thing>
//   <koinon-list src="https://…/projects?region=pomorskie" size="5"></koinon-list>
//
// Everything comes from this service, as JSON-LD that anybody may read (CORS). Texts are put in as texts. What is
// shown is also told to search engines, in the words of schema.org. Without scripts, what stands inside the element
// is shown: put a link there.

const SERVICE = new URL(".", import.meta.url);
const SCHEMA = { Project: "Project", Organization: "Organization", PublicOrganisation: "GovernmentOrganization", Event: "Event",
  Territory: "AdministrativeArea", Location: "Place", FundingProgramme: "Grant", Document: "CreativeWork" };
const MOST = 50;

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host { display: block; }
:host([hidden]) { display: none; }
a { color: inherit; }
ul { margin: 0; padding: 0; list-style: none; }
li { padding: .3em 0; }
.name { font-weight: 600; }
.more { display: block; opacity: .85; font-size: .92em; }
.credit { margin: .6em 0 0; font-size: .85em; opacity: .85; }`);

class Embedded extends HTMLElement {
  static observedAttributes = ["src", "lang", "size"];

  connectedCallback() {
    this.load();
  }

  attributeChangedCallback(_name, old) {
    if (old !== null && this.isConnected) this.load();
  }

  async load() {
    const asked = (this.asked = {});
    try {
      const address = this.address(new URL(this.getAttribute("src"), document.baseURI));
      const answer = await fetch(address, { headers: { Accept: "application/ld+json" }, credentials: "omit" });
      if (!answer.ok) throw new Error(`${address} answers with ${answer.status}`);
      const found = await answer.json();
      if (asked === this.asked) this.show(found);
    } catch (error) {
      console.warn(`${this.localName}: ${error.message}`); // what stands inside the element stays
    }
  }

  show(found) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(...this.parts(found));
    this.tell(this.described(found));
    this.dispatchEvent(new CustomEvent("koinon-shown", { bubbles: true }));
  }

  // Puts what is shown into the page in the words of schema.org, as data beside the element.
  tell(described) {
    this.data ??= this.appendChild(Object.assign(document.createElement("script"), { type: "application/ld+json" }));
    this.data.textContent = JSON.stringify({ "@context": "https://schema.org", ...described });
  }

  get language() {
    return this.getAttribute("lang") ?? (this.closest("[lang]")?.lang || "en");
  }

  text(values) {
    if (typeof values === "string") return { text: values, lang: "" };
    if (!values) return null;
    const lang = [this.language, this.language.split("-")[0], "en", ...Object.keys(values)].find((tag) => tag in values);
    const value = values[lang];
    return { text: Array.isArray(value) ? value[0] : value, lang: lang === "none" || lang === "@none" ? "" : lang };
  }

  name(thing) {
    return this.text(thing.prefLabel ?? thing.title ?? thing.acronym) ?? { text: thing.id, lang: "" };
  }

  link(thing) {
    const name = this.name(thing);
    const link = element("a", name);
    link.className = "name";
    link.href = pageOf(thing.id);
    return link;
  }

  credit(label, address) {
    const line = document.createElement("p");
    line.className = "credit";
    const link = element("a", { text: label, lang: "" });
    link.href = address;
    line.append(link);
    return line;
  }

  schema(thing) {
    const types = [thing.type].flat();
    const known = types.find((type) => type in SCHEMA);
    return { "@type": SCHEMA[known] ?? "Thing", "@id": thing.id, name: this.name(thing).text, url: pageOf(thing.id) };
  }
}

class KoinonThing extends Embedded {
  address(src) {
    return withSuffix(src, (path) => path.replace(/\/id\/(?=[^/]+\/[^/]+$)/, "/doc/"));
  }

  parts(thing) {
    const title = this.text(thing.title);
    const about = this.text(thing.description ?? thing.abstract ?? thing.definition);
    const more = [title, about].filter((text) => text && text.text !== this.name(thing).text).map((text) => element("span", text, "more"));
    return [this.link(thing), ...more, this.credit("Koinon", pageOf(thing.id))];
  }

  described(thing) {
    return this.schema(thing);
  }
}

class KoinonList extends Embedded {
  address(src) {
    const size = Number(this.getAttribute("size") ?? 10);
    src.searchParams.set("size", Math.min(Math.max(1, size || 10), MOST));
    src.searchParams.set("lang", this.language.split("-")[0]);
    return withSuffix(src, (path) => path);
  }

  parts(list) {
    const items = document.createElement("ul");
    items.append(...list.items.map((thing) => {
      const item = document.createElement("li");
      item.append(this.link(thing));
      const title = this.text(thing.title);
      if (title && title.text !== this.name(thing).text) item.append(element("span", title, "more"));
      return item;
    }));
    const shown = list.items.length < list.total ? `Koinon: ${list.items.length} / ${list.total}` : "Koinon";
    const whole = new URL(this.getAttribute("src"), document.baseURI);
    return [items, this.credit(shown, whole.href)];
  }

  described(list) {
    const parts = list.items.map((thing, place) => ({ "@type": "ListItem", position: place + 1, item: this.schema(thing) }));
    return { "@type": "ItemList", numberOfItems: list.total, itemListElement: parts };
  }
}

function element(name, { text, lang }, kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.dir = "auto";
  if (lang) made.lang = lang;
  if (kind) made.className = kind;
  return made;
}

function pageOf(iri) {
  const found = /\/(id|code)\/([^/]+\/[^/]+)$/.exec(iri);
  if (!found) return /^https?:/.test(iri) ? iri : SERVICE.href;
  return new URL(`${found[1] === "id" ? "doc" : "code"}/${found[2]}`, SERVICE).href;
}

function withSuffix(address, change) {
  if (!["http:", "https:"].includes(address.protocol)) throw new Error("src takes an address of the service");
  address.pathname = change(address.pathname).replace(/(\.jsonld)?$/, ".jsonld");
  return address;
}

customElements.define("koinon-thing", KoinonThing);
customElements.define("koinon-list", KoinonList);
