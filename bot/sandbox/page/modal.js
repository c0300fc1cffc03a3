/**
 * The open form of the person, if there is one: the top of their stack of views.
 */
import { SLACK, act } from "./api.js";
import { renderBlocks } from "./blockkit.js";
import { el, icon } from "./dom.js";
import { sign } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { attempt } from "./popup.js";

/** Shows what `store.views` says; call the returned function after every change. */
export function modals(store) {
  const dialog = el("dialog", { class: "modal", "aria-labelledby": "modal-title" });
  document.body.append(dialog);
  const pane = { store, dialog, shown: null, signature: "null", kept: new Map(), back: () => {} };
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (pane.shown) leave(pane);
  });
  return () => draw(pane);
}

function draw(pane) {
  const { store, dialog } = pane;
  const view = store.views.filter((one) => one.type !== "home").at(-1) ?? null;
  const signature = JSON.stringify(view && [store.me, view.id, view.hash, view.blocks, view.title, view.submit]);
  if (signature === pane.signature) return;
  if (pane.shown) pane.kept.set(pane.shown.id, filled(dialog));
  pane.signature = signature;
  pane.shown = view;
  if (!view) {
    pane.kept.clear();
    dialog.close();
    pane.back();
    return;
  }
  dialog.replaceChildren(form(view, pane));
  refill(dialog, pane.kept.get(view.id));
  if (!dialog.open) {
    pane.back = returning(document.activeElement);
    dialog.showModal();
  }
  (
    dialog.querySelector("[autofocus]") ??
    dialog.querySelector(".modal-body .field, .modal-body input, .modal-foot button")
  )?.focus();
}

/** A way back to where the focus is now; what stood there may have been drawn anew by then. */
function returning(node) {
  const article = node.closest("article");
  const list = article?.parentElement;
  const { focus } = node.dataset;
  return () => {
    if (node.isConnected) return node.focus({ preventScroll: true });
    const now = [...(list?.children ?? [])].find((one) => one.dataset.key === article.dataset.key);
    const same = [...(now?.querySelectorAll("[data-focus]") ?? [])].find((one) => one.dataset.focus === focus);
    (same ?? now)?.focus({ preventScroll: true });
  };
}

function form(view, pane) {
  const { store } = pane;
  const around = {
    names: store.names,
    people: () => store.people,
    press: (action) => attempt(act(SLACK, "press_in_view", { as: store.me, view_id: view.id, ...action })),
  };
  const submit = view.submit && el("button", { class: "button primary solid" }, plain(view.submit));
  const close = el(
    "button",
    { type: "button", class: "button", onclick: () => leave(pane) },
    plain(view.close) || "Cancel",
  );
  const cross = icon("Close", sign("close"), () => leave(pane));
  return el(
    "form",
    { novalidate: true, onsubmit: (event) => send(event, view, pane) },
    el("header", {}, el("h2", { id: "modal-title" }, plain(view.title)), cross),
    el("div", { class: "modal-body" }, renderBlocks(view.blocks ?? [], around)),
    el("div", { class: "modal-foot" }, el("div", { class: "error", role: "alert" }), close, submit),
  );
}

async function send(event, view, { store, dialog }) {
  event.preventDefault();
  const node = event.target;
  if (!view.submit || node.classList.contains("busy")) return;
  node.classList.add("busy");
  const answer = await act(SLACK, "submit", { as: store.me, view_id: view.id, values: filled(dialog) }).catch(
    (error) => ({ error: error.message }),
  );
  node.classList.remove("busy");
  complain(node, answer);
}

function complain(node, { errors = {}, error = "" }) {
  for (const block of node.querySelectorAll(".block")) {
    const place = block.querySelector(".error");
    if (place) place.textContent = errors[block.dataset.block] ?? "";
    block.querySelector(".field")?.setAttribute("aria-invalid", String(block.dataset.block in errors));
  }
  node.querySelector(".modal-foot .error").textContent = error || (errors[""] ?? "");
  node.querySelector('[aria-invalid="true"]')?.focus();
}

function leave({ store, shown }) {
  return attempt(act(SLACK, "close_view", { as: store.me, view_id: shown.id }));
}

/** `{block_id: {action_id: value}}` of everything in the form that holds a value. */
function filled(dialog) {
  const values = {};
  for (const node of dialog.querySelectorAll("[data-action]")) {
    const block = node.closest(".block").dataset.block;
    values[block] = { ...values[block], [node.dataset.action]: node.read() };
  }
  return values;
}

/** As in Slack, what was typed outlives an update where block and action are still the same. */
function refill(dialog, values) {
  for (const node of dialog.querySelectorAll("[data-action]")) {
    const block = values?.[node.closest(".block").dataset.block];
    if (block && node.dataset.action in block) node.write(block[node.dataset.action]);
  }
}
