// The look: the page's font, light or dark with the page (its color-scheme), and
// what a page may change by custom properties; parts take any style.
const css = `
:host { display: block; font: inherit; color: var(--_ink); max-inline-size: 40rem; container-type: inline-size;
  --_ink: var(--centroid-ink, light-dark(#1d1c1a, #f0efec)); --_quiet: var(--centroid-quiet, light-dark(#55524c, #b9b7b0));
  --_paper: var(--centroid-paper, light-dark(#ffffff, #1b1b1a)); --_sunk: var(--centroid-sunk, light-dark(#f1efeb, #242422));
  --_edge: var(--centroid-edge, light-dark(#8b8780, #76756f)); --_bad: var(--centroid-bad, light-dark(#a3201a, #ff9d93));
  --_accent: var(--centroid-accent, var(--_ink)); --_gap: var(--centroid-gap, .75rem); --_round: var(--centroid-radius, .5rem); }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
p { margin: 0; }
[hidden] { display: none !important; }
[part=form] { background: var(--_paper); border: 1px solid var(--_edge); border-radius: var(--_round); padding: calc(var(--_gap) * 1.25); display: grid; gap: var(--_gap); }
[part=fields] { display: grid; gap: var(--_gap); }
[part=field] { display: grid; grid-template-columns: minmax(7rem, 1fr) minmax(6rem, 8rem) minmax(0, 1.5fr); gap: .25rem .75rem; align-items: center; }
[part=label] { overflow-wrap: anywhere; }
[part=input] { font: inherit; font-variant-numeric: tabular-nums; color: inherit; background: var(--_paper); border: 1px solid var(--_edge); border-radius: calc(var(--_round) * .7); padding: .35rem .5rem; inline-size: 100%; min-block-size: 2.25rem; }
select[part=input] { grid-column: 2 / -1; }
[part=input][aria-invalid] { border-color: var(--_bad); outline-color: var(--_bad); }
[part=slider] { inline-size: 100%; accent-color: var(--_accent); min-block-size: 1.5rem; margin: 0; }
:is(input, select):focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
:is(input, select):disabled { opacity: .6; }
[part~=note] { grid-column: 2 / -1; font-size: .85em; color: var(--_quiet); }
[part~=wrong], [part=error] { color: var(--_bad); }
[part=answer] { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; background: var(--_sunk); border-radius: calc(var(--_round) * .7); padding: .6rem .75rem; }
[part=cluster] { font-size: 1.35em; line-height: 1.2; }
[part=distance] { color: var(--_quiet); font-variant-numeric: tabular-nums; }
.sr { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@container (max-width: 28rem) {
  [part=field] { grid-template-columns: minmax(0, 1fr) minmax(6rem, 8rem); }
  [part=slider], [part~=note], select[part=input] { grid-column: 1 / -1; }
}
@media (pointer: coarse) { [part=input], [part=slider] { min-block-size: 2.75rem; } }
@media (forced-colors: active) { [part=answer] { border: 1px solid; } }
`;

let made;

// sheet is the one style sheet of all elements. It is constructed, which a strict
// policy allows: it stands in no page.
export function sheet() {
  if (!made) {
    made = new CSSStyleSheet();
    made.replaceSync(css);
  }
  return made;
}
