/**
 * The thread beside the channel.
 */
import { composer } from "./composer.js";
import { el, keyed, sticky } from "./dom.js";
import { messageNode } from "./message.js";
import { follows } from "./state.js";

/** The pane for `desk.thread`; returns the node with `draw()` and `write()`. */
export function threadPane(desk) {
  const list = el("div", { class: "messages", role: "log", "aria-live": "polite", "aria-label": "Thread", tabindex: "0" });
  const also = el("input", { type: "checkbox" });
  const alsoLabel = el("span", {});
  const form = composer({
    label: "Reply in the thread",
    placeholder: "Reply…",
    offers: desk.offersInThread,
    send: async (text) => {
      const done = await desk.say("post", {
        channel: desk.channel, text, thread_ts: desk.thread, ...(also.checked ? { broadcast: true } : {}),
      });
      if (done) also.checked = false;
      return done;
    },
  });
  const close = el("button", { type: "button", class: "icon", "aria-label": "Close the thread", onclick: desk.closeThread }, "✕");
  const where = el("small", {});
  const node = el("aside", { class: "thread", "aria-label": "Thread" },
    el("header", {}, el("h2", {}, "Thread", where), close), list,
    el("div", { class: "foot" }, form, el("label", { class: "also" }, also, alsoLabel)));
  node.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && desk.closeThread());

  const stick = sticky(list);
  let shown = null;
  node.draw = () => {
    const { store, channel, thread } = desk;
    node.hidden = !thread;
    if (!thread) return (shown = null);
    where.textContent = `# ${store.names.channel(channel) ?? ""}`;
    alsoLabel.textContent = `Also send to # ${store.names.channel(channel) ?? "channel"}`;
    const fill = () => keyed(list, items(desk), { key: (item) => item.key, build: (item) => row(item, desk) });
    stick(fill, { afresh: shown !== thread });
    shown = thread;
  };
  node.write = () => form.field.focus();
  return node;
}

function items({ store, channel, thread, editing }) {
  const { me } = store;
  const root = store.in(channel).get(thread);
  const replies = store.replies(channel, thread);
  const line = replies.length ? [{ key: "count", count: replies.filter((one) => !one.ephemeral).length }] : [];
  return [...(root ? [root] : []), ...line, ...replies].map((one, at, all) =>
    one.key ? one : { key: one.ts, message: one, compact: at > 2 && follows(all[at - 1], one), thread: null, inThread: true, me,
      editing: editing === one.ts });
}

function row(item, desk) {
  if (item.count === undefined) return messageNode(item, desk);
  return el("div", { class: "count-line" }, `${item.count} ${item.count === 1 ? "reply" : "replies"}`);
}
