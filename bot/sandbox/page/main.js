/**
 * Puts the page together: the stores, the panes, the hint, the tabs of a narrow window.
 */
import { follow, read, SLACK } from "./api.js";
import { el, keyed } from "./dom.js";
import { Telegram, WhatsApp } from "./messengers.js";
import { phonesPane } from "./phone.js";
import { attempt } from "./popup.js";
import { slackPane } from "./slack.js";
import { isReply, PhoneStore, SlackStore, WhatsAppStore } from "./state.js";

const slack = new SlackStore();
const telegram = new PhoneStore();
const owners = [
  { store: telegram, messenger: Telegram },
  { store: new WhatsAppStore(), messenger: WhatsApp },
];
const stores = [slack, ...owners.map((one) => one.store)];
const done = new Set();
let leave = () => {};

/** Look at the workspace as this agent from now on. */
function become(id) {
  leave();
  slack.me = id;
  const load = (state) => {
    slack.load(state);
    if (!slack.users.has(id)) enter(); // another demo was started meanwhile
  };
  leave = follow(SLACK, { as: id, load, apply: slack.apply, online: online(slack) });
  sessionStorage.setItem("agent", id);
}

function online(store) {
  return (is) => {
    store.online = is;
    store.changed();
  };
}

function acted(name) {
  if (name === "press") done.add("claim");
  slack.changed();
}

const workspace = slackPane(slack, { become, acted });
const phones = phonesPane(owners);

/** Show one half of the page where both do not fit. */
function tab(name) {
  document.body.dataset.tab = name;
  for (const one of document.querySelectorAll(".tabs button")) {
    one.setAttribute("aria-pressed", String(one.dataset.tab === name));
    if (one.dataset.tab === name) one.classList.remove("fresh");
  }
}

function mark(name) {
  if (document.body.dataset.tab !== name) document.querySelector(`.tabs [data-tab=${name}]`).classList.add("fresh");
}

const STEPS = [
  {
    words: () => ["Write as ", telegram.people[0]?.first_name ?? "a customer"],
    met: () => owners.some(({ store }) => store.people.some((one) => one.messages.some((message) => !message.from_bot))),
    go: () => (tab("customer"), phones.write()),
  },
  {
    words: () => ["Press Claim as ", slack.names.user(slack.me) ?? "an agent"],
    met: () => done.has("claim"),
    go: () => (tab("slack"), document.querySelector(".channel .block-actions .button:not(.more)")?.focus()),
  },
  {
    words: () => ["Answer in ", "the thread"],
    met: () => [...slack.messages.values()].some((all) => [...all.values()].some((one) => isReply(one) && !one.bot_id)),
    go: () => (tab("slack"), openNewest()),
  },
];

function openNewest() {
  const { desk } = workspace;
  const newest = slack.roots(desk.channel).findLast((one) => !one.ephemeral && !isReply(one));
  if (newest) desk.openThread(newest.ts, { write: true });
}

function hint() {
  const strip = document.getElementById("hint");
  const steps = document.getElementById("steps");
  document.getElementById("hint-close").addEventListener("click", () => {
    strip.hidden = true;
    sessionStorage.setItem("hint", "seen");
  });
  strip.hidden = sessionStorage.getItem("hint") === "seen";
  return () => {
    const seen = STEPS.map((step) => step.met());
    const met = seen.map((_, at) => seen.slice(at).some(Boolean)); // who answered has claimed, perhaps before a reload
    const next = met.indexOf(false);
    const items = STEPS.map(({ words }, at) => ({
      at,
      words: words(),
      mood: met[at] ? "met" : at === next ? "next" : "",
    }));
    keyed(steps, items, { key: (item) => item.at, build: stepNode });
  };
}

function stepNode({ at, words: [lead, name], mood }) {
  const button = el(
    "button",
    {
      type: "button",
      class: mood,
      "aria-current": mood === "next" ? "step" : null,
      "data-focus": `step-${at}`,
      onclick: STEPS[at].go,
    },
    el("span", { class: "number" }, mood === "met" ? "✓" : String(at + 1)),
    el("span", {}, lead, el("b", {}, name)),
  );
  return el("li", {}, button);
}

function connection() {
  const line = document.getElementById("connection");
  return () => {
    line.hidden = stores.every((one) => one.online);
    line.textContent = slack.me || telegram.bot ? "Reconnecting…" : "Connecting…";
  };
}

async function start() {
  document.getElementById("stage").append(phones, workspace);
  for (const one of document.querySelectorAll(".tabs button"))
    one.addEventListener("click", () => tab(one.dataset.tab));
  tab("customer");
  for (const draw of [hint(), connection()]) stores.forEach((store) => store.subscribe(draw));
  const refresh = (store, base) => async () => {
    const state = await attempt(read(base, store.me));
    if (state) store.load(state);
  };
  slack.onstale = refresh(slack, SLACK);
  const hear = slack.onframe;
  slack.onframe = (frame) => (
    hear(frame),
    frame.type === "message" && frame.message?.user !== slack.me && mark("slack")
  );
  for (const { store, messenger } of owners) {
    store.onstale = refresh(store, messenger.base);
    store.onframe = (frame) => frame.message?.from_bot && mark("customer");
    follow(messenger.base, { load: (state) => store.load(state), apply: store.apply, online: online(store) });
  }
  await enter();
}

/** Begin as the agent of last time, else as the first one there is; again when the servers are not up yet. */
async function enter() {
  try {
    const { users } = await read(SLACK);
    const people = users.filter((one) => !one.is_bot && one.role !== "bot");
    const before = people.find((one) => one.id === sessionStorage.getItem("agent"));
    const first = before ?? people.find((one) => one.role === "member") ?? people[0];
    if (first) return become(first.id);
  } catch {
    // not up yet
  }
  setTimeout(enter, 1000);
}

start();
