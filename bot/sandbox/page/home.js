/**
 * The app's Home tab, as the person sees it whom one plays.
 */
import { renderBlocks } from "./blockkit.js";
import { el, keyed, portrait } from "./dom.js";

/** The pane that is shown while `desk.home`; returns the node with `draw()`. */
export function homePane(desk) {
  const { store } = desk;
  const title = el("h2", {});
  const blocks = el("div", { class: "home-blocks" });
  const waiting = el("p", { class: "home-waiting" }, "The app has not shown anything here yet.");
  const body = el("div", { class: "home-body", tabindex: "0", role: "region", "aria-label": "Home" }, blocks, waiting);
  const node = el("div", { class: "home" }, el("header", {}, title), body);
  let opened = null;
  node.draw = () => {
    node.hidden = !desk.home;
    if (!desk.home || !store.me) return void (opened = null);
    if (opened !== store.me && store.online) {
      opened = store.me; // whoever comes here opens it, also by becoming somebody else
      body.scrollTop = 0;
      desk.say("open_home");
    }
    const name = store.names.user(store.bot) ?? "App";
    title.replaceChildren(portrait(store.users.get(store.bot) ?? { name }), name, el("small", {}, "Home"));
    const items = (store.home?.blocks ?? []).map((block) => ({ block, me: store.me, view: store.home.id }));
    waiting.hidden = items.length > 0;
    keyed(blocks, items, { key: ({ block }) => block.block_id, build: (item) => row(item, desk) });
  };
  return node;
}

function row({ block, view }, desk) {
  const { store } = desk;
  const press = (action) => desk.say("press_in_view", { view_id: view, ...action });
  return renderBlocks([block], { names: store.names, people: () => store.people, press })[0];
}
