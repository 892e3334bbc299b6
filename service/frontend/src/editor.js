// The editor of /sparql over the form that works without it. Tab goes on to the next control; Ctrl+Enter asks.
//
// It stands in a shadow root: there its styles are style sheets made by the script, which the page's policy allows,
// and not elements, which it does not.

import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { minimalSetup } from "codemirror";
import { Terms } from "./sparql.js";

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--code-variable)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.atom, tags.link, tags.number, tags.bool], color: "var(--code-name)" },
]);

const LOOK = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--surface)", border: "1px solid var(--edge)", borderRadius: "6px", fontSize: ".95rem" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", minHeight: "10rem", maxHeight: "70vh" },
  ".cm-content": { caretColor: "var(--ink)", padding: ".6rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "transparent", border: "none", fontSize: ".85rem" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--surface)", border: "1px solid var(--edge)", borderRadius: "6px", maxWidth: "min(40rem, 90vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: ".9rem", maxHeight: "18rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { minHeight: "24px", lineHeight: "24px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--on-accent)", backgroundColor: "var(--accent)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: ".85", marginLeft: "1em" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--accent)" },
});

function enhance(area) {
  const form = area.form;
  const place = document.createElement("div");
  place.className = "editor";
  const root = place.attachShadow({ mode: "open" });
  const holder = document.createElement("div");
  root.append(holder);
  const { terms, suggest } = area.dataset;
  const known = new Terms(terms, suggest, document.documentElement.lang);
  const submit = () => {
    form.requestSubmit();
    return true;
  };
  const view = new EditorView({
    root,
    parent: holder,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: submit }])),
        minimalSetup,
        lineNumbers(),
        lintGutter(),
        bracketMatching(),
        StreamLanguage.define(sparql),
        syntaxHighlighting(COLOURS),
        autocompletion({ override: [known.complete], icons: false }),
        keymap.of(completionKeymap),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": area.labels[0].textContent,
          spellcheck: "false",
          dir: "ltr",
        }),
        LOOK,
        EditorView.domEventHandlers({ beforeinput: replaceSelected }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) area.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  area.before(place);
  area.hidden = true;
  for (const hint of form.querySelectorAll("[data-hint]")) hint.hidden = false;
  area.labels[0].addEventListener("click", () => view.focus());
  form.addEventListener("reset", () => queueMicrotask(() => replace(area.value)));
  const replace = (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  mark(view);
}

// Replaces what is selected by what is typed. Left to the browser, that keeps the look of the old text in a style
// attribute, which the page's policy forbids.
function replaceSelected(event, view) {
  if (event.inputType !== "insertText" || event.data === null || view.composing || view.state.selection.main.empty) return false;
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  event.preventDefault();
  return true;
}

// Marks the mistake that the page tells, at its line and column.
function mark(view) {
  const told = document.querySelector("[data-line]");
  if (!told) return;
  const { line, column } = told.dataset;
  if (Number(line) < 1 || Number(line) > view.state.doc.lines) return;
  const at = view.state.doc.line(Number(line));
  const from = Math.min(at.from + Math.max(0, Number(column || 1) - 1), at.to);
  const word = /^[^\s{}()\[\];,]+/u.exec(view.state.sliceDoc(from, at.to));
  const to = Math.min(from + (word?.[0].length || 1), view.state.doc.length);
  const message = told.querySelector("[data-detail]")?.textContent ?? "";
  view.dispatch(setDiagnostics(view.state, [{ from: Math.min(from, to), to, severity: "error", message }]));
  view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
  view.focus();
}

for (const area of document.querySelectorAll("textarea[data-terms]")) enhance(area);
