// What the editor offers while somebody types: keywords, prefixes, the classes and properties of this graph by their
// names and labels, variables of the query, and, for other words, the things of this graph with such a name.

import { snippetCompletion } from "@codemirror/autocomplete";
import { askedFor } from "./asking.js";

const KEYWORDS = (
  "SELECT DISTINCT REDUCED CONSTRUCT DESCRIBE ASK WHERE FROM NAMED GRAPH OPTIONAL UNION MINUS FILTER BIND VALUES " +
  "GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET EXISTS NOT IN AS COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT LANG STR " +
  "LANGMATCHES CONTAINS STRSTARTS REGEX LCASE UCASE CONCAT COALESCE IF BOUND YEAR"
).split(" ");

const SHAPES = [
  snippetCompletion("SELECT ?${thing} ?${name} WHERE {\n  ?${thing} a ${class} ; skos:prefLabel ?${name} .\n}\nLIMIT 20", { label: "SELECT … WHERE", type: "text" }),
  snippetCompletion('FILTER(LANG(?${name}) = "${en}")', { label: "FILTER(LANG …)", type: "text" }),
];

export class Terms {
  constructor(address, suggest, language) {
    this.suggest = suggest;
    this.language = language;
    this.ready = this.load(address);
  }

  async load(address) {
    const nothing = { prefixes: {}, classes: [], properties: [] };
    this.found = (await askedFor(address).catch(() => null)) ?? nothing;
  }

  options(kind, boost) {
    return this.found[kind].map((term) => ({
      label: term.name,
      detail: `${term.label}${term.count === undefined ? "" : ` (${term.count})`}`,
      type: kind === "classes" ? "class" : "property",
      boost,
    }));
  }

  complete = async (context) => {
    const word = context.matchBefore(/[?$]?[\p{L}\p{N}_][\p{L}\p{N}_.-]*:?[\p{L}\p{N}_-]*|[?$]/u);
    if (!word && !context.explicit) return null;
    const text = word?.text ?? "";
    const from = word?.from ?? context.pos;
    const before = context.state.sliceDoc(Math.max(0, from - 200), from);
    const whole = context.state.doc.toString();
    if (/["'][^"'\n]*$/.test(before) || /#[^\n]*$/.test(before.replace(/<[^>\n]*>/g, ""))) return null;
    if (/^[?$]/.test(text)) {
      const names = new Set(whole.match(/[?$][\p{L}\p{N}_]+/gu));
      names.delete(text);
      return { from, options: [...names].map((label) => ({ label, type: "variable" })), validFor: /^[?$][\p{L}\p{N}_]*$/u };
    }
    await this.ready;
    if (context.aborted) return null;
    const isClass = /(?:\ba|rdf:type)\s+$/.test(before);
    const options = [
      ...this.options("classes", isClass ? 50 : 0),
      ...(isClass ? [] : this.options("properties", 10)),
      ...Object.entries(this.found.prefixes).map(([label, iri]) => ({ label: `${label}:`, detail: iri, type: "namespace", boost: -10 })),
    ].map((option) => ({ ...option, apply: (...place) => this.insert(option.label, ...place) }));
    if (!text.includes(":")) {
      options.push(...SHAPES, ...KEYWORDS.map((label) => ({ label, type: "keyword", boost: -5 })));
      options.push(...(await this.things(text)));
    }
    return context.aborted ? null : { from, options, filter: true };
  };

  async things(text) {
    if (text.length < 3) return [];
    const address = `${this.suggest}?${new URLSearchParams({ prefix: text, size: 8, lang: this.language })}`;
    const answer = await askedFor(address).catch(() => null);
    return (answer?.suggestions ?? []).map((one) => ({
      label: text, // what was typed names it, in whatever script
      displayLabel: one.label,
      detail: one.typeLabel,
      type: "constant",
      boost: -20,
      apply: `<${one.id}>`,
    }));
  }

  // Inserts a prefixed name, and declares its prefix where the query does not.
  insert(label, view, completion, from, to) {
    const prefix = label.split(":")[0];
    const iri = this.found.prefixes[prefix];
    const declared = new RegExp(`^\\s*PREFIX\\s+${prefix}:`, "im").test(view.state.doc.toString());
    const changes = [{ from, to, insert: label }];
    const head = iri && !declared ? `PREFIX ${prefix}: <${iri}>\n` : "";
    if (head) changes.unshift({ from: 0, insert: head });
    view.dispatch({ changes, selection: { anchor: from + head.length + label.length }, userEvent: "input.complete" });
  }
}
