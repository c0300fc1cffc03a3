/**
 * Puts the page together: the stores, the two sides, and the bar on top.
 */
import { follow, read, SLACK } from "./api.js";
import { drawer } from "./drawer.js";
import { guide } from "./guide.js";
import { header, sides } from "./header.js";
import { regions } from "./keys.js";
import { tab } from "./memory.js";
import { Telegram, WhatsApp } from "./messengers.js";
import { phonesPane } from "./phones.js";
import { attempt } from "./popup.js";
import { slackPane } from "./slack.js";
import { PhoneStore, SlackStore, WhatsAppStore } from "./state.js";
import { heard, say } from "./words.js";

const slack = new SlackStore();
const owners = [
  { store: new PhoneStore(), messenger: Telegram },
  { store: new WhatsAppStore(), messenger: WhatsApp },
];
const stores = [slack, ...owners.map((one) => one.store)];
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
  tab.remember("agent", id);
}

function online(store) {
  return (is) => {
    store.online = is;
    store.changed();
  };
}

const workspace = slackPane(slack, { become });
const phones = phonesPane(owners);
const side = sides(phones.draw);

function connection() {
  const line = document.getElementById("connection");
  const draw = () => {
    line.hidden = stores.every((one) => one.online);
    line.textContent = say(slack.me || owners[0].store.bot ? "reconnecting" : "connecting");
  };
  stores.forEach((store) => store.subscribe(draw));
  heard(draw);
  draw();
}

async function start() {
  document.getElementById("stage").append(phones, workspace);
  const faults = drawer();
  header([faults, guide({ slack, owners, phones, side, become, desk: workspace.desk, fail: faults.open })]);
  side.open("customer");
  regions();
  connection();
  const refresh = (store, base) => async () => {
    const state = await attempt(read(base, store.me));
    if (state) store.load(state);
  };
  slack.onstale = refresh(slack, SLACK);
  const hear = slack.onframe;
  slack.onframe = (frame) => (
    hear(frame),
    frame.type === "message" && frame.message?.user !== slack.me && side.fresh("slack")
  );
  for (const { store, messenger } of owners) {
    store.onstale = refresh(store, messenger.base);
    store.onframe = (frame) => frame.message?.from_bot && side.fresh("customer");
    follow(messenger.base, { load: (state) => store.load(state), apply: store.apply, online: online(store) });
  }
  await enter();
}

/** Begin as the agent of last time, else as the first one there is; again when the servers are not up yet. */
async function enter() {
  try {
    const { users } = await read(SLACK);
    const people = users.filter((one) => !one.is_bot && one.role !== "bot");
    const before = people.find((one) => one.id === tab.recall("agent"));
    const first = before ?? people.find((one) => one.role === "member") ?? people[0];
    if (first) return become(first.id);
  } catch {
    // not up yet
  }
  setTimeout(enter, 1000);
}

start();
