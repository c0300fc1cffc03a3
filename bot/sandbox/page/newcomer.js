/**
 * The form for one more customer.
 */
import { act } from "./api.js";
import { el } from "./dom.js";
import { attempt } from "./popup.js";
import { LANGUAGES, say } from "./words.js";

const LONGEST_NAME = 64;

/** Ask for somebody new on one of the messengers; `choose` is told the key of who came. */
export function askNewcomer(owners, choose) {
  const name = el("input", {
    class: "field",
    required: true,
    maxlength: LONGEST_NAME,
    autocomplete: "off",
    autofocus: true,
  });
  const messenger = picker(owners.map((one) => one.messenger.name).map((one) => [one, one]));
  const language = picker(Object.entries(LANGUAGES));
  const spoken = el("label", {}, say("newcomer.language"), language);
  messenger.addEventListener("change", () => (spoken.hidden = !chosen().messenger.languages));
  const chosen = () => owners.find((one) => one.messenger.name === messenger.value);
  const close = () => dialog.close();
  const form = el(
    "form",
    {},
    el("header", {}, el("h2", { id: "newcomer-title" }, say("customers.new"))),
    el(
      "div",
      { class: "modal-body stacked" },
      el("label", {}, say("newcomer.name"), name),
      el("label", {}, say("newcomer.messenger"), messenger),
      spoken,
    ),
    el(
      "div",
      { class: "modal-foot" },
      el("button", { type: "button", class: "button", onclick: close }, say("cancel")),
      el("button", { class: "button primary solid" }, say("newcomer.add")),
    ),
  );
  const dialog = el("dialog", { class: "modal small", "aria-labelledby": "newcomer-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { store, messenger: on } = chosen();
    const answer = await attempt(
      act(on.base, "add_person", on.person({ name: name.value.trim(), language: language.value })),
    );
    if (!answer) return;
    close();
    await store.onstale();
    choose(`${on.name}-${answer.person}`);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function picker(options) {
  return el(
    "select",
    { class: "field" },
    options.map(([value, label]) => el("option", { value }, label)),
  );
}
