/**
 * Getting about by keyboard: F6 goes from region to region, as in Slack; in a list of messages the arrows go from one
 * to the next.
 */

const REGIONS = [
  ".coach",
  ".rail",
  ".phone:not([hidden]) .bubbles",
  ".phone:not([hidden]) .chat-foot textarea",
  ".agent-list",
  ".sidebar",
  ".home-body",
  ".channel .messages",
  ".channel .foot textarea",
  ".thread .messages",
  ".thread .foot textarea",
  ".drawer",
  ".tabs",
];
const INSIDE = "button, textarea, [tabindex]";

/** F6 and Shift+F6 on the whole page, whatever has the focus, but not behind an open dialog. */
export function regions() {
  addEventListener("keydown", (event) => {
    if (event.key !== "F6" || document.querySelector("dialog[open]")) return;
    const shown = REGIONS.map((one) => document.querySelector(one)).filter((one) => one && one.offsetParent !== null);
    const fixed = document.querySelector(".coach:not([hidden])"); // what is fixed has no offset parent
    const all = fixed && !shown.includes(fixed) ? [fixed, ...shown] : shown;
    const here = all.findLastIndex((one) => one.contains(document.activeElement));
    const step = event.shiftKey ? -1 : 1;
    enter(all.at((Math.max(here, event.shiftKey ? 0 : -1) + step) % all.length));
    event.preventDefault();
  });
}

function enter(region) {
  const current = region.querySelector('[aria-pressed="true"], [aria-current]');
  const node = region.matches(INSIDE) ? region : (current ?? region.querySelector(INSIDE));
  node?.focus();
}

/** Arrows, Home and End among the articles of a list, while the focus is on the list or one of them. */
export function walkable(list) {
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll("article")];
    const here = all.indexOf(document.activeElement);
    if (document.activeElement !== list && here < 0) return;
    const to = { ArrowUp: here < 0 ? -1 : Math.max(0, here - 1), ArrowDown: here + 1, Home: 0, End: -1 }[event.key];
    const next = to === undefined ? null : all.at(Math.min(to, all.length - 1));
    if (!next) return;
    next.focus();
    event.preventDefault();
  });
}
