/**
 * The thread beside the channel.
 */
import { composer } from "./composer.js";
import { el, icon, keyed, log, sticky } from "./dom.js";
import { sign } from "./icons.js";
import { messageNode } from "./message.js";
import { follows } from "./state.js";
import { dropping } from "./tray.js";

/** The pane for `desk.thread`; returns the node with `draw()`, and `write()`, which goes to the composer. */
export function threadPane(desk) {
  const list = log("Thread", "messages");
  const where = el("small", {});
  const title = el("h2", {}, "Thread", where);
  const foot = threadFoot(desk);
  const close = icon("Close the thread", sign("close"), desk.closeThread);
  const node = el("aside", { class: "thread", "aria-label": "Thread" }, el("header", {}, title, close), list, foot);
  node.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && desk.closeThread());
  dropping(node, foot.take);
  const stick = sticky(list);
  let shown = null;
  node.draw = () => {
    const afresh = shown !== desk.thread;
    if (afresh) foot.leave(); // what was for one customer does not go to another
    shown = desk.thread;
    node.hidden = !desk.thread;
    if (node.hidden) return;
    const channel = desk.store.names.channel(desk.channel);
    where.textContent = `#${channel}`;
    foot.also.textContent = `Also send to #${channel}`;
    const build = (item) => row(item, desk);
    stick(() => keyed(list, items(desk), { key: (item) => item.key, build }), { afresh });
  };
  node.write = () => foot.querySelector("textarea").focus();
  return node;
}

function threadFoot(desk) {
  const box = el("input", { type: "checkbox" });
  const also = el("span", {});
  const send = async (text, files) => {
    const more = { ...(box.checked ? { broadcast: true } : {}), ...(files.length ? { files } : {}) };
    const done = await desk.say("post", { channel: desk.channel, text, thread_ts: desk.thread, ...more });
    if (done) box.checked = false;
    return done;
  };
  const form = composer({
    label: "Reply in the thread",
    placeholder: "Reply…",
    offers: desk.offersInThread,
    files: { removes: (name) => `Remove ${name}`, changed: () => form.field.focus() },
    send,
  });
  form.insertBefore(icon("Attach files", sign("clip"), form.tray.pick), form.field);
  const node = el("div", { class: "foot" }, form, el("label", { class: "also" }, box, also));
  const { tray } = form;
  const leave = () => tray.files.length && tray.drop(tray.files);
  return Object.assign(node, { also, take: tray.take, leave });
}

function items({ store, channel, thread, editing }) {
  const { me } = store;
  const root = store.in(channel).get(thread);
  const replies = store.replies(channel, thread);
  const line = replies.length ? [{ key: "count", count: replies.filter((one) => !one.ephemeral).length }] : [];
  return [...(root ? [root] : []), ...line, ...replies].map((one, at, all) =>
    one.key
      ? one
      : {
          key: one.ts,
          message: one,
          compact: at > 2 && follows(all[at - 1], one),
          thread: null,
          inThread: true,
          me,
          editing: editing === one.ts,
        },
  );
}

function row(item, desk) {
  if (item.count === undefined) return messageNode(item, desk);
  return el("div", { class: "count-line" }, `${item.count} ${item.count === 1 ? "reply" : "replies"}`);
}
