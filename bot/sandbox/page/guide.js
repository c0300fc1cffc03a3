/**
 * The guided first ticket: it follows what the visitor really does, wherever they do it, and stands in nobody's way.
 */
import { seconds } from "./bubble.js";
import { coach } from "./coach.js";
import { set } from "./composer.js";
import { el, soon } from "./dom.js";
import "./guidewords.js";
import { sign } from "./icons.js";
import { cards, journey } from "./journey.js";
import { browser } from "./memory.js";
import { lead, PLACES } from "./places.js";
import { heard, language, say } from "./words.js";

const STEPS = ["write", "claim", "answer", "arrive", "close"];
const STEP_OF = { open: "answer", hold: "arrive", ask: "close", done: "close" };

/**
 * @param page `{slack, owners, desk, phones, side, become, fail}`; `fail()` opens the drawer of faults, where there is one
 * @returns the button that starts it (again); the note stands between the bar and the stage
 */
export function guide(page) {
  const state = { page, on: false, since: 0, seen: false, asked: null, over: false };
  const note = coach();
  document.getElementById("stage").before(note);
  const button = el("button", { type: "button", class: "button guide-button", onclick: () => begin(state, draw) });
  const draw = soon(() => {
    const stage = state.on ? stageOf(state) : null;
    label(button, stage);
    if (stage) note.show(noteFor(stage, state, draw));
    else note.hide();
  });
  [page.slack, ...page.owners.map((one) => one.store)].forEach((store) => store.subscribe(() => settle(state, draw)));
  page.desk.watch(draw);
  page.phones.watch(draw);
  heard(() => {
    if (state.on && stageOf(state)?.name === "write") introduce(state);
    draw();
  });
  draw();
  return button;
}

function label(button, stage) {
  const step = stage && STEPS.indexOf(STEP_OF[stage.name] ?? stage.name) + 1;
  button.replaceChildren(
    sign("compass"),
    el("span", {}, say("guide")),
    step ? el("small", {}, `${step}/${STEPS.length}`) : "",
  );
  button.setAttribute(
    "aria-label",
    step ? `${say("guide")}, ${say("guide.step", { at: step, all: STEPS.length })}` : say("guide"),
  );
}

/** Once everything is loaded: begin by itself for whoever is new, go on after a reload. */
function settle(state, draw) {
  const { slack, owners } = state.page;
  if (!state.loaded && slack.me && slack.channels.length && owners.every((one) => one.store.people.length)) {
    state.loaded = true;
    const before = browser.recall("guide");
    if (before === null) begin(state, draw);
    else if (before.startsWith("since ")) resume(state, Number(before.slice(6)));
  }
  draw();
}

function begin(state, draw) {
  const all = cards(state.page.slack);
  const waiting = all.findLast((one) => one.actions.has("ticket.claim"));
  const since = Number((waiting ? all[all.indexOf(waiting) - 1] : all.at(-1))?.message.ts ?? 0);
  browser.remember("guide", `since ${since}`);
  resume(state, since);
  if (!waiting) introduce(state);
  draw();
}

function resume(state, since) {
  Object.assign(state, { on: true, since, seen: false, asked: null, over: false });
}

/** Show the phone of somebody who speaks the visitor's language. */
function introduce({ page }) {
  const one = page.phones.first(language());
  if (one) page.phones.choose(one.key);
}

function end(state, draw) {
  state.on = false;
  browser.remember("guide", "over");
  draw();
}

/** The step that the visitor is at: `{name, ...what journey says}`. */
function stageOf(state) {
  const { page, since } = state;
  const now = journey({ slack: page.slack, owners: page.owners, since });
  if (now.stage === "answer" && !(page.desk.thread === now.card.message.ts)) return { ...now, name: "open" };
  if (now.stage === "arrive" && state.seen) return { ...now, name: "close" };
  if (now.stage === "closed") return { ...now, name: state.over || answered(state, now) ? "done" : "ask" };
  return { ...now, name: now.stage };
}

/** Whether the customer has answered the question that was asked at the end, by its buttons or in words. */
function answered(state, { customer, card }) {
  const messages = customer?.person.messages.filter((one) => seconds(one.date) >= card.message.ts - 1) ?? [];
  state.asked ??= messages.findLast((one) => one.from_bot && hasKeys(one))?.message_id ?? null;
  const at = messages.findIndex((one) => one.message_id === state.asked);
  return at >= 0 && (!hasKeys(messages[at]) || messages.slice(at).some((one) => !one.from_bot));
}

function hasKeys(message) {
  return Boolean(message.reply_markup?.inline_keyboard?.length);
}

function noteFor(stage, state, draw) {
  const { page } = state;
  const { name } = stage;
  const at = STEPS.indexOf(STEP_OF[name] ?? name) + 1;
  const person = stage.customer ?? page.phones.front();
  const values = {
    name: person?.person.first_name ?? "",
    messenger: person?.messenger.name ?? "",
    agent: page.slack.names.user(page.slack.me) ?? "",
  };
  const step = say("guide.step", { at, all: STEPS.length });
  return {
    label: say("guide"),
    step,
    at: name === "done" ? STEPS.length + 1 : at,
    all: STEPS.length,
    title: say(`guide.${name}`, values),
    text: say(`guide.${name}.text`, values),
    ...PLACES[name](stage, page),
    buttons: buttonsFor(name, { stage, state, values, draw }),
  };
}

function buttonsFor(name, { stage, state, values, draw }) {
  const { page } = state;
  const skip = {
    label: say(name === "done" ? "guide.end" : "guide.skip"),
    kind: name === "done" ? "primary" : "quiet",
    run: () => end(state, draw),
  };
  const go = {
    label: say("guide.show"),
    kind: `quiet to-${PLACES[name](stage, page).side}`,
    run: () => lead(PLACES[name](stage, page), page),
  };
  const next = (change) => ({
    label: say("guide.next"),
    kind: "primary",
    run: () => (Object.assign(state, change), draw()),
  });
  switch (name) {
    case "answer":
      return [
        skip,
        { label: say("guide.fill"), kind: "primary", run: () => write(say("guide.answer.sample", values)) },
      ];
    case "arrive":
      return [skip, go, next({ seen: true })];
    case "ask":
      return [skip, go, next({ over: true })];
    case "done":
      return [...ideas(page), skip];
    default:
      return [skip, go];
  }

  function write(text) {
    lead(PLACES.answer(stage, page), page);
    const field = document.querySelector(".thread textarea");
    if (field) set(field, text);
  }
}

/** What one might try next; only what is there. */
function ideas({ slack, phones, side, fail, become }) {
  const other = phones.first(language() === "en" ? "id" : "en");
  const supervisor = slack.people.find((one) => one.title === "Supervisor");
  const figures = () => {
    become(supervisor.id);
    side.open("slack");
    const field = document.querySelector(".channel textarea");
    field.focus();
    set(field, "/sla today by agent");
  };
  const as = (someone) => (side.open("customer"), phones.write(someone.key));
  return [
    other && { label: say("guide.try.other", { name: other.person.first_name }), kind: "chip", run: () => as(other) },
    supervisor && {
      label: say("guide.try.sla", { name: supervisor.real_name.split(" ")[0] }),
      kind: "chip",
      run: figures,
    },
    fail && { label: say("guide.try.fail"), kind: "chip", run: fail },
  ].filter(Boolean);
}
