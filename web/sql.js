// The SQL editor: CodeMirror with the names of the user's tables. The page asks
// for this file when the editor is opened for the first time.
//
// It lives in a shadow root. There CodeMirror's styles are constructed sheets,
// which a content security policy that knows no inline styles lets through.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { PostgreSQL, SQLDialect, sql } from "@codemirror/lang-sql";
import { HighlightStyle, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, highlightSpecialChars, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// DuckDB's SQL is that of PostgreSQL and some words more.
const dialect = SQLDialect.define({ ...PostgreSQL.spec, keywords: PostgreSQL.spec.keywords + " exclude qualify sample pivot unpivot asof semi anti positional summarize describe" });

const FUNCTIONS = ("abs avg ceil coalesce concat contains corr count date_trunc epoch exp first floor greatest ifnull kurtosis last least length ln log lower " +
  "max mean median min mod mode nullif percent_rank pow quantile_cont rank regexp_matches regexp_replace replace round row_number skewness sqrt stddev_pop " +
  "stddev_samp strftime strptime string_agg substring sum trim try_cast upper var_samp").split(" ").map((label) => ({ label, type: "function", apply: label + "(" }));

const style = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--ink)", fontWeight: "650" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--ink-2)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--c1)" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--card)", fontSize: ".875rem", height: "100%" },
  "&.cm-focused": { outline: "none" }, // the host has it
  ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", lineHeight: "1.55", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)", padding: ".6rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--ink-2)", border: "none" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--sunk)" },
  ".cm-placeholder": { color: "var(--ink-2)" },
  ".cm-wrong": { textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px", backgroundColor: "color-mix(in srgb, var(--bad) 12%, transparent)" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "6px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--ink)", color: "var(--card)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: .8 },
});

// The place that is at fault is marked until something is typed.
const wrong = StateEffect.define();
const wrongField = StateField.define({
  create: () => Decoration.none,
  update: (marks, tr) => {
    if (tr.docChanged) marks = Decoration.none;
    for (const e of tr.effects) if (e.is(wrong)) marks = e.value ? Decoration.set([Decoration.mark({ class: "cm-wrong" }).range(...e.value)]) : Decoration.none;
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// Where something chosen is typed over, the browser would keep its look by an
// inline style, which the policy refuses with an error. So the browser does not get to it.
const typeOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { from, to, empty } = view.state.selection.main, { data } = event;
    if (event.inputType !== "insertText" || data == null || empty || view.composing) return false;
    const insert = () => view.state.update({ changes: { from, to, insert: data }, selection: { anchor: from + data.length }, userEvent: "input.type", scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

const language = new Compartment();
const editors = new Map(); // host -> { view, tables }

// open puts an editor into host. on has run, which Ctrl and Enter call, and changed.
function open(host, text, label, on) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const e = { tables: [] };
  e.view = new EditorView({
    root, parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), highlightSpecialChars(), history(), typeOver, drawSelection(), bracketMatching(), closeBrackets(), wrongField, theme, syntaxHighlighting(style),
        autocompletion(), EditorView.lineWrapping, placeholder("SELECT … FROM …"), language.of(sql({ dialect })),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
        keymap.of([
          { key: "Mod-Enter", run: () => (on.run(), true), preventDefault: true },
          { key: "Tab", run: acceptCompletion }, // else Tab leaves the editor
          ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap,
        ]),
        EditorView.updateListener.of((u) => u.docChanged && on.changed(u.state.doc.toString())),
      ],
    }),
  });
  editors.set(host, e);
}

// tables takes what can be asked: [{name, columns: [{name, kind}]}, …], the one that is shown first.
function tables(host, list) {
  const e = editors.get(host);
  if (!e) return;
  e.tables = list;
  const schema = Object.fromEntries(list.map((t) => [t.name.replaceAll("\\", "\\\\").replaceAll(".", "\\."), t.columns.map((c) => ({ label: c.name, detail: c.kind, type: "property", ...quoted(c.name) }))]));
  const support = sql({ dialect, schema, upperCaseKeywords: true });
  e.view.dispatch({ effects: language.reconfigure([support, dialect.language.data.of({ autocomplete: (context) => names(e, context) })]) });
}

// quoted says how a name is written in SQL.
const quoted = (name) => (/^[a-z_][a-z_0-9]*$/.test(name) ? {} : { apply: `"${name.replaceAll('"', '""')}"` });

// names completes a word to a column of the tables that the query names, or of
// all if it names none yet, or to a function.
function names(e, context) {
  const word = context.matchBefore(/[\w"]+/);
  if (!word && !context.explicit) return null;
  const before = context.state.sliceDoc(0, word ? word.from : context.pos);
  if (before.endsWith(".")) return null; // CodeMirror knows which table that is
  const text = context.state.doc.toString().toLowerCase();
  let used = e.tables.filter((t) => text.includes(t.name.toLowerCase()));
  if (!used.length) used = e.tables.slice(0, 1);
  const columns = used.flatMap((t) => t.columns.map((c) => ({ label: c.name, type: "property", detail: `${c.kind}, ${t.name}`, boost: 2, ...quoted(c.name) })));
  return { from: word ? word.from : context.pos, options: [...columns, ...FUNCTIONS], validFor: /^["\w]*$/ };
}

// set replaces the text, and can be taken back as any typing.
function set(host, text) {
  const view = editors.get(host)?.view;
  view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  view?.focus();
}

// fault marks a place, by line and column from 1; no line: none. The column counts characters.
function fault(host, line, column) {
  const view = editors.get(host)?.view;
  if (!view) return;
  const doc = view.state.doc;
  if (line < 1 || line > doc.lines) return view.dispatch({ effects: wrong.of(null) });
  const at = doc.line(line), letters = [...at.text];
  const from = Math.min(at.from + letters.slice(0, Math.max(0, column - 1)).join("").length, at.to);
  const rest = doc.sliceString(from, at.to).match(/^(\w+|"[^"]*"|'[^']*'|.)/su)?.[0].length ?? 0;
  const range = rest ? [from, from + rest] : at.from < at.to ? [at.from, at.to] : null;
  view.dispatch({ selection: { anchor: from }, effects: [wrong.of(range), EditorView.scrollIntoView(from)] });
}

function focus(host) {
  editors.get(host)?.view.focus();
}

function close(host) {
  editors.get(host)?.view.destroy();
  editors.delete(host);
}

window.centroidSQL = { open, tables, set, fault, focus, close };
dispatchEvent(new Event("centroidsql"));
