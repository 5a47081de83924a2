// <centroid-predictor src="predictor.mjs"></centroid-predictor>
//
// A form for a model on any page: a field for each column, the cluster as one
// types. README.md beside this file tells how it is used, predictor.d.ts what it
// asks of the module in src. It depends on nothing, and runs under a policy that
// forbids inline scripts and styles.
import { sheet } from "./look.js";
import { rangeOf, readNumber, write } from "./number.js";

const SAY_AFTER = 700; // ms without a key before a screen reader hears the answer
const OTHER = "\u0000"; // the choice of a level that the training has not seen

const make = (tag, attributes = {}, ...children) => {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) if (v !== false && v != null) e.setAttribute(k, v === true ? "" : v);
  e.append(...children);
  return e;
};

export class CentroidPredictor extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ["src", "value", "label"];

  #internals = this.attachInternals();
  #root = this.attachShadow({ mode: "open", delegatesFocus: true });
  #predictor = null; // the module
  #fields = []; // {input, control, slider, note}
  #given = null; // values that came before the module
  #answer = null;
  #loading = 0; // counts the loads, so that the last one holds
  #timer = 0;
  #off = false; // a host's fieldset, or the attribute, turned it off

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet()];
  }

  connectedCallback() {
    this.#upgrade("value", "predictor", "disabled");
    if (!this.#predictor && !this.#loading && this.hasAttribute("src")) this.#load();
  }

  disconnectedCallback() { clearTimeout(this.#timer); }

  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === "src") { if (this.isConnected) this.#load(); }
    else if (name === "label") this.#draw();
    else if (now !== null) this.#take(now);
  }

  // What the form of the page asks of its elements.
  formDisabledCallback(off) {
    this.#off = off;
    for (const f of this.#fields) for (const c of [f.control, f.slider]) if (c) c.disabled = off;
    this.#settle();
  }
  formResetCallback() {
    this.#given = null;
    if (this.hasAttribute("value")) this.#take(this.getAttribute("value"));
    else this.#fill({});
  }
  formStateRestoreCallback(state) { this.#take(state); }
  get form() { return this.#internals.form; }
  get labels() { return this.#internals.labels; }
  get validity() { return this.#internals.validity; }
  get validationMessage() { return this.#internals.validationMessage; }
  get willValidate() { return this.#internals.willValidate; }
  checkValidity() { return this.#internals.checkValidity(); }
  reportValidity() { return this.#internals.reportValidity(); }

  get name() { return this.getAttribute("name") ?? ""; }
  set name(v) { this.setAttribute("name", v); }
  get src() { return this.getAttribute("src") ?? ""; }
  set src(v) { this.setAttribute("src", v); }
  get disabled() { return this.hasAttribute("disabled"); }
  set disabled(v) { this.toggleAttribute("disabled", Boolean(v)); }

  /** The last answer: {cluster, distance}; null while there is none. */
  get answer() { return this.#answer; }

  /** The row as it stands: an object by column; null for a field without a value. */
  get value() {
    if (!this.#fields.length) return this.#given ?? {};
    return Object.fromEntries(this.#fields.map((f) => [f.input.name, this.#cell(f)]));
  }
  set value(row) { this.#fill(row ?? {}); }

  /** The module that answers; set it instead of src to bring one's own. */
  get predictor() { return this.#predictor; }
  set predictor(module) {
    this.#loading++;
    this.#begin(module);
  }

  // A property that was set before this class was there hides the one of the class.
  #upgrade(...names) {
    for (const name of names) {
      if (!Object.hasOwn(this, name)) continue;
      const v = this[name];
      delete this[name];
      this[name] = v;
    }
  }

  async #load() {
    const load = ++this.#loading, src = this.src;
    this.#predictor = null;
    this.#clear();
    if (!src) return;
    this.#say("loading", "status", "Loading the model.");
    let module;
    try {
      module = await import(new URL(src, this.ownerDocument.baseURI).href);
    } catch (err) {
      if (load === this.#loading) this.#failed(`The model at ${src} could not be loaded. Look whether the file is there and this page may load it.`, err);
      return;
    }
    if (load === this.#loading) this.#begin(module);
  }

  #begin(module) {
    if (typeof module?.predict !== "function" || !Array.isArray(module.inputs)) {
      this.#clear();
      this.#failed(`${this.src || "The module"} is no predictor: it has to export inputs and predict.`, new TypeError("no predictor"));
      return;
    }
    this.#predictor = module;
    this.#draw();
    this.dispatchEvent(new Event("load"));
  }

  #failed(words, cause) {
    this.#say("error", "alert", words);
    this.#internals.setValidity({ customError: true }, words);
    this.dispatchEvent(new ErrorEvent("error", { message: words, error: cause }));
  }

  // say puts a sentence in the place of the form.
  #say(part, role, words) {
    this.#root.replaceChildren(make("div", { part: "form" }, make("p", { part, role }, words)));
  }

  #clear() {
    this.#given ??= this.#fields.length ? this.value : null;
    this.#fields = [];
    this.#answer = null;
    this.#internals.setFormValue(null);
    this.#internals.setValidity({});
    this.#root.replaceChildren();
  }

  // draw makes the form of the model anew; what was typed stays.
  #draw() {
    if (!this.#predictor) return;
    const values = this.#given ?? (this.#fields.length ? this.value : {});
    this.#given = null;
    this.#fields = this.#predictor.inputs.map((input, i) => this.#field(input, i));
    const title = this.getAttribute("label") ?? this.#predictor.name ?? "Prediction";
    const box = make("div", { part: "form", role: "group", "aria-label": title },
      make("div", { part: "fields" }, ...this.#fields.map((f) => f.row)),
      make("div", { part: "answer", id: "answer" },
        make("strong", { part: "cluster", id: "cluster" }), make("span", { part: "distance", id: "distance" })),
      make("p", { part: "error", id: "error", hidden: true }),
      make("div", { class: "sr", id: "say", role: "status" }));
    this.#root.replaceChildren(box);
    this.#fill(values);
    if (this.#off) this.formDisabledCallback(true);
  }

  #field(input, i) {
    const id = `in-${i}`, f = { input };
    f.note = make("p", { part: "note", id: `${id}-note`, hidden: true });
    const label = make("label", { part: "label", for: id }, input.name);
    const about = { id, part: "input", "aria-describedby": `${id}-note`, required: Boolean(input.required) };
    if (input.kind === "number") {
      f.control = make("input", { ...about, type: "number", step: "any", inputmode: "decimal", autocomplete: "off" });
      f.range = rangeOf(input);
      if (f.range) {
        f.slider = make("input", { type: "range", part: "slider", "aria-label": `${input.name}, slider`, ...f.range });
        f.slider.addEventListener("input", () => { f.control.value = f.slider.value; this.#settle(); });
      }
      f.control.addEventListener("input", () => { this.#slide(f); this.#settle(); });
    } else {
      f.control = make("select", about, ...(input.levels ?? []).map((l) => make("option", { value: l }, l)),
        make("option", { value: OTHER }, "(another one)"), make("option", { value: "" }, "(no value)"));
      f.control.addEventListener("input", () => this.#settle());
    }
    // An input event leaves the shadow by itself, a change event does not.
    for (const c of [f.control, f.slider]) c?.addEventListener("change", () => this.dispatchEvent(new Event("change", { bubbles: true })));
    f.row = make("div", { part: "field" }, label, f.control, ...(f.slider ? [f.slider] : []), f.note);
    return f;
  }

  // slide moves the slider to the number beside it.
  #slide(f) {
    const v = readNumber(f.control.value);
    if (f.slider && Number.isFinite(v)) f.slider.value = v;
  }

  // take reads a row that is written as JSON, in an attribute or a kept state.
  #take(text) {
    let row;
    try {
      row = JSON.parse(text);
    } catch (err) {
      console.error(`centroid-predictor: value is no JSON: ${err.message}`);
      return;
    }
    if (row && typeof row === "object") this.#fill(row);
  }

  // fill puts a row into the fields. Columns that it lacks get the example's value.
  #fill(row) {
    if (!this.#fields.length) {
      this.#given = row;
      return;
    }
    for (const f of this.#fields) {
      let v = Object.hasOwn(row, f.input.name) ? row[f.input.name] : f.input.example;
      v = v == null ? "" : typeof v === "number" ? write(v) : String(v);
      if (f.input.kind !== "number" && ![...f.control.options].some((o) => o.value === v)) f.control.prepend(make("option", { value: v }, v));
      f.control.value = v;
      if (f.slider) this.#slide(f);
    }
    this.#settle();
  }

  // cell gives a field's value. A number that can't be read is NaN.
  #cell(f) {
    const text = f.control.value;
    if (f.input.kind === "number") return f.control.validity.badInput ? NaN : text === "" ? null : readNumber(text);
    return text === "" ? null : text;
  }

  // settle finds the answer to what stands in the fields, shows it, tells the page and its form.
  #settle() {
    if (!this.#predictor || !this.#fields.length) return;
    const row = this.value;
    let at = null, words = "";
    for (const f of this.#fields) {
      const v = row[f.input.name];
      let note = "", wrong = false;
      if (f.input.kind === "number" && v !== null && !Number.isFinite(v)) { note = "This is not a number."; wrong = true; }
      else if (v === null && f.input.required) { note = "The model needs a value here."; wrong = true; }
      else if (v !== null && f.range && (v < f.input.min || v > f.input.max)) note = `Outside of training: it saw ${write(f.input.min)} to ${write(f.input.max)}.`;
      else if (v !== null && f.input.kind !== "number" && !(f.input.levels ?? []).includes(v)) note = "Not a level of the training: it counts as none of them.";
      this.#note(f, note, wrong);
      if (wrong && !at) { at = f; words = `${f.input.name}: ${note}`; }
    }
    let answer = null;
    if (!at) {
      try {
        answer = this.#predictor.predict(row);
      } catch (err) {
        words = err?.message || "The model has no answer for this row.";
        at = this.#fields.find((f) => f.input.name === err?.field) ?? null;
        if (at) this.#note(at, words, true);
      }
    }
    this.#answer = answer;
    this.#show(answer, at ? "" : words);
    this.#internals.setFormValue(answer && String(answer.cluster), JSON.stringify(row));
    if (answer) this.#internals.setValidity({});
    else this.#internals.setValidity({ badInput: true }, words, (at ?? this.#fields[0])?.control);
    if (answer) this.dispatchEvent(new CustomEvent("predict", { bubbles: true, composed: true, detail: { row, ...answer } }));
  }

  #note(f, text, wrong) {
    f.note.textContent = text;
    f.note.hidden = !text;
    f.note.part = wrong ? "note wrong" : "note";
    if (wrong) f.control.setAttribute("aria-invalid", "true");
    else f.control.removeAttribute("aria-invalid");
  }

  #show(answer, words) {
    const at = (id) => this.#root.getElementById(id);
    at("cluster").textContent = answer ? `Cluster ${answer.cluster}` : "No answer";
    at("distance").textContent = answer ? `at a distance of ${write(answer.distance, 4)}` : "";
    at("error").textContent = words;
    at("error").hidden = !words;
    this.#internals.states?.[answer ? "add" : "delete"]("answered");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const wrong = this.#fields.find((f) => f.control.hasAttribute("aria-invalid"));
      at("say").textContent = answer ? `Cluster ${answer.cluster}.` : words || (wrong ? `${wrong.input.name}: ${wrong.note.textContent}` : "");
    }, SAY_AFTER);
  }
}

if (!customElements.get("centroid-predictor")) customElements.define("centroid-predictor", CentroidPredictor);
