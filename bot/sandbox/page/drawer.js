/**
 * The drawer "Make it fail": switches for what can go wrong, and a line that counts on both sides what became of it.
 *
 * Closed, its line stays until all is well again and nothing waits any more, so that one sees how it ends.
 */
import { control } from "./api.js";
import { el, icon, keyed, soon } from "./dom.js";
import "./drawerwords.js";
import { sign } from "./icons.js";
import { attempt } from "./popup.js";
import { heard, say } from "./words.js";

const GROUPS = [
  { name: "Slack", switches: ["slack_away", "slack_busy", "slack_lost"] },
  { name: "Telegram", switches: ["telegram_away", "telegram_lost"] },
  { name: "WhatsApp", switches: ["whatsapp_away", "whatsapp_lost"] },
  { name: null, switches: ["blocked", "dead"] },
];
const LOOK_MS = 1000;
const REST = 5; // looks that are left out while all is well and nobody watches
const LINGER = 10; // looks for which the line stays when all has ended well

/** @returns the button that opens it, with `open()` */
export function drawer() {
  const state = { now: null, open: false, busy: new Set(), looks: 0, linger: 0 };
  const node = el("aside", { class: "drawer", id: "drawer", hidden: true });
  const button = el("button", { type: "button", class: "button fail-button", "aria-controls": node.id });
  const parts = [head(state, show), board(state, turn)];
  node.append(...parts);
  document.getElementById("sides").before(node);
  const draw = soon(() => {
    label(button, state);
    node.setAttribute("aria-label", say("fail"));
    node.hidden = !state.open && !state.linger;
    if (!node.hidden) parts.forEach((part) => part.draw());
  });

  async function ask(name, body) {
    state.now = await control(name, body);
    if (isAmiss(state)) state.linger = LINGER;
    else if (!isUnderWay(state)) state.linger = Math.max(0, state.linger - 1);
    draw();
  }

  async function turn(name, on) {
    state.busy.add(name);
    draw();
    await attempt(ask(name, { on }));
    state.busy.delete(name);
    draw();
  }

  function show(open) {
    state.open = open;
    look(state, ask);
    draw();
    queueMicrotask(() => (open ? node.querySelector(".switch") : button).focus()); // once it is drawn
  }

  button.addEventListener("click", () => show(!state.open));
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.open) show(false);
  });
  parts[0].well.addEventListener("click", () => attempt(ask("well", {})));
  setInterval(() => look(state, ask), LOOK_MS);
  look(state, ask);
  heard(draw);
  draw();
  return Object.assign(button, { open: () => show(true) });
}

/** Whether a switch is on. */
function isAmiss({ now }) {
  return Boolean(now) && Object.values(now.switches).some(Boolean);
}

function isUnderWay({ now: { customers, agents } }) {
  return customers.waiting + agents.waiting > 0;
}

/** Look how things are: each time while somebody watches, now and then otherwise, for the bot may be killed by hand. */
async function look(state, ask) {
  state.looks += 1;
  const isWatched = state.open || state.linger;
  if (document.hidden || (!isWatched && state.now && state.looks % REST)) return;
  try {
    await ask("state");
  } catch {
    // the page says elsewhere that the server is away
  }
}

function label(button, { now, open }) {
  const on = Object.values(now?.switches ?? {}).filter(Boolean).length;
  button.replaceChildren(sign("bolt"), el("span", {}, say("fail")), on ? el("small", {}, String(on)) : "");
  button.setAttribute("aria-expanded", String(open));
  button.setAttribute("aria-label", on ? `${say("fail")}, ${say("fail.count", { n: on })}` : say("fail"));
}

/** The line that counts, and what puts everything right. */
function head(state, show) {
  const title = el("b", { class: "drawer-title" });
  const counts = el("span", { class: "counts" });
  const verdict = el("span", { class: "verdict", role: "status" });
  const well = el("button", { type: "button", class: "button well" });
  const more = icon("", "", () => show(!state.open), { "aria-controls": "drawer-switches" });
  const node = el("header", { class: "drawer-head" }, title, counts, verdict, well, more);
  node.draw = () => {
    const { now, open } = state;
    title.textContent = say("fail");
    well.textContent = say("fail.well");
    well.hidden = !isAmiss(state);
    more.title = say(open ? "fail.close" : "fail.open");
    more.replaceChildren(sign(open ? "close" : "down"));
    more.setAttribute("aria-label", more.title);
    more.setAttribute("aria-expanded", String(open));
    if (!now) return;
    keyed(counts, [way("customers", now), way("agents", now)], { key: (one) => one.name, build: wayNode });
    const { mood, text } = verdictOf(now);
    if (verdict.textContent !== text) verdict.textContent = text; // else it would be read aloud each second
    verdict.dataset.mood = mood;
  };
  return Object.assign(node, { well });
}

function way(name, now) {
  const { written, arrived } = now[name];
  return { name, label: say(`tally.${name}`), of: say("tally.of", { written, arrived }), part: written ? arrived / written : 0 };
}

function wayNode({ label, of, part }) {
  return el("span", { class: "way" }, label, el("meter", { value: part, min: 0, max: 1, "aria-hidden": "true" }), el("b", {}, of));
}

/** In words: what is wrong, else what waits, else that nothing does. */
function verdictOf({ customers, agents }) {
  const both = (name) => customers[name] + agents[name];
  const said = (...names) => names.filter(both).map((name) => say(`tally.${name}`, { n: both(name) }));
  const bad = said("missing", "doubled");
  if (bad.length) return { mood: "bad", text: bad.join(" ") };
  if (!both("written")) return { mood: "", text: say("tally.empty") };
  const open = said("waiting", "undecided");
  if (open.length) return { mood: "waiting", text: [...open, say("tally.kept")].join(", ") };
  return { mood: "well", text: said("left")[0] ?? say("tally.well") };
}

function board(state, turn) {
  const node = el("div", { class: "switches", id: "drawer-switches" });
  const groups = GROUPS.map(({ name, switches }) => {
    const heading = el("h3", {}, name ?? "");
    const rows = switches.map((one) => row(one, state, turn));
    return { heading, name, rows, box: el("section", {}, heading, rows) };
  });
  node.append(...groups.map((one) => one.box));
  node.draw = () => {
    node.hidden = !state.open;
    for (const { heading, name, rows } of groups) {
      heading.textContent = name ?? say("fail.bot");
      rows.forEach((one) => one.draw());
    }
  };
  return node;
}

function row(name, state, turn) {
  const title = el("b", {});
  const see = el("small", {});
  const node = el("button", { type: "button", role: "switch", class: "switch" }, el("i", {}), el("span", {}, title, see));
  node.addEventListener("click", () => state.now && !state.busy.has(name) && turn(name, !state.now.switches[name]));
  node.draw = () => {
    const { now, busy } = state;
    const values = { name: now?.customer ?? "", pid: now?.service.pid ?? "" };
    title.textContent = say(`fail.${name}`, values);
    see.textContent = say(sightOf(name, state), values);
    node.setAttribute("aria-checked", String(Boolean(now?.switches[name])));
    node.setAttribute("aria-busy", String(busy.has(name)));
  };
  return node;
}

function sightOf(name, { now }) {
  if (name !== "dead" || !now || now.service.is_ready) return `fail.${name}.see`;
  return now.switches.dead ? "fail.dead.now" : "fail.starting";
}
