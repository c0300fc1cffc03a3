/**
 * What one can press, pick and fill in inside Block Kit.
 *
 * In a message an element dispatches at once. In a form an input also has `read()`, its value as the server wants it:
 * a string, or a list of strings where several can be chosen.
 * Source: "Block elements", docs.slack.dev/reference/block-kit/block-elements
 */
import { el, safeLink } from "./dom.js";
import { sign } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";
import { menu, question } from "./popup.js";

/**
 * @param element Slack's JSON
 * @param context `names`, `people`, and `press({action_id, block_id, value?, selected_option?})` → promise
 *   (`value` is what a button carries, else what was chosen or typed)
 * @returns a node, or null for an element that this page does not know
 */
export function control(element, block, context) {
  const node = CONTROLS[element.type]?.(element, context, dispatcher(element, block, context)) ?? null;
  if (node) node.dataset.focus = element.action_id;
  return node;
}

function dispatcher(element, block, context) {
  return async (extra = {}) => {
    if (element.confirm && !(await confirmed(element.confirm, context.names))) return;
    await context.press({ action_id: element.action_id, block_id: block.block_id, ...extra });
  };
}

function confirmed(confirm, names) {
  return question({
    title: plain(confirm.title),
    text: textObject(confirm.text, names),
    yes: plain(confirm.confirm),
    no: plain(confirm.deny),
    danger: confirm.style === "danger",
  });
}

function button(element, _, dispatch) {
  const press = async ({ currentTarget }) => {
    const href = element.url && safeLink(element.url);
    if (href) open(href, "_blank", "noopener");
    currentTarget.classList.add("waiting");
    await dispatch({ value: element.value });
    currentTarget.classList?.remove("waiting");
  };
  const label = element.accessibility_label;
  return el(
    "button",
    {
      type: "button",
      class: `button ${element.style ?? ""}`,
      "aria-label": label,
      onclick: (event) => press({ currentTarget: event.currentTarget }),
    },
    plain(element.text),
  );
}

function overflow(element, _, dispatch) {
  const items = element.options.map((option) => ({
    label: plain(option.text),
    detail: plain(option.description),
    run: () => dispatch({ selected_option: option }),
  }));
  return el(
    "button",
    {
      type: "button",
      class: "button more",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      onclick: (event) => menu(event.currentTarget, items),
    },
    sign("more"),
  );
}

function choice(element, _, dispatch) {
  const groups = element.option_groups ?? [{ options: element.options }];
  const all = groups.flatMap((group) => group.options);
  const chosen = element.initial_option?.value;
  const rows = groups.map((group) => {
    const options = group.options.map((one) =>
      el("option", { value: one.value, selected: one.value === chosen }, plain(one.text)),
    );
    return group.label ? el("optgroup", { label: plain(group.label) }, options) : options;
  });
  const node = select(element, rows);
  node.addEventListener(
    "change",
    () => node.value && dispatch({ selected_option: all.find((one) => one.value === node.value) }),
  );
  return node;
}

function select(element, rows, chosen) {
  const placeholder = plain(element.placeholder) || "Choose…";
  const node = el(
    "select",
    { class: "field", "aria-label": placeholder },
    el("option", { value: "" }, placeholder),
    rows,
  );
  if (chosen) node.value = chosen;
  node.read = () => node.value || null;
  node.write = (value) => (node.value = value ?? "");
  return node;
}

function person(element, context, dispatch) {
  const rows = context.people().map((one) => el("option", { value: one.id }, one.real_name || one.name));
  const node = select(element, rows, element.initial_user);
  node.addEventListener("change", () => node.value && dispatch({ value: node.value }));
  return node;
}

function several(values) {
  return (element, context, dispatch) => {
    const rows = values.options(element, context).map((one) => el("option", { value: one.value }, one.label));
    const node = el("select", { class: "field", multiple: true, size: Math.min(6, Math.max(2, rows.length)) }, rows);
    node.read = () => [...node.selectedOptions].map((one) => one.value);
    node.write = (chosen) => [...node.options].forEach((one) => (one.selected = (chosen ?? []).includes(one.value)));
    node.write(values.initial(element));
    node.addEventListener("change", () => dispatch({ value: node.read() }));
    return node;
  };
}

const labelled = (options) => (options ?? []).map((one) => ({ value: one.value, label: plain(one.text) }));

const severalOptions = several({
  options: (element) => labelled(element.options ?? element.option_groups?.flatMap((group) => group.options)),
  initial: (element) => (element.initial_options ?? []).map((one) => one.value),
});

const severalPeople = several({
  options: (_, context) => context.people().map((one) => ({ value: one.id, label: one.real_name || one.name })),
  initial: (element) => element.initial_users,
});

let boxes = 0;

/** Radio buttons and checkboxes, as one group. */
function ticks(type) {
  return (element, _, dispatch) => {
    const name = `choice-${++boxes}`;
    const chosen = (element.initial_options ?? [element.initial_option]).map((one) => one?.value);
    const rows = element.options.map((one) =>
      el(
        "label",
        { class: "tick" },
        el("input", { type, name, value: one.value, checked: chosen.includes(one.value) }),
        el("span", {}, plain(one.text), one.description && el("small", {}, plain(one.description))),
      ),
    );
    const node = el("div", { class: "ticks", role: type === "radio" ? "radiogroup" : "group" }, rows);
    const inputs = [...node.querySelectorAll("input")];
    const values = () => inputs.filter((one) => one.checked).map((one) => one.value);
    node.read = () => (type === "radio" ? (values()[0] ?? null) : values());
    node.write = (value) => inputs.forEach((one) => (one.checked = [value].flat().includes(one.value)));
    node.addEventListener("change", () => dispatch({ value: node.read() }));
    return node;
  };
}

function text(element, _, dispatch) {
  const multiline = element.multiline;
  const node = el(multiline ? "textarea" : "input", {
    class: "field",
    placeholder: plain(element.placeholder),
    maxlength: element.max_length,
    minlength: element.min_length,
    rows: multiline ? 5 : null,
    type: multiline ? null : (TYPES[element.type] ?? "text"),
    autofocus: element.focus_on_load,
    min: element.min_value,
    max: element.max_value,
  });
  node.value = element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
  node.read = () => node.value || null;
  node.write = (value) => (node.value = value ?? "");
  if (["datepicker", "timepicker"].includes(element.type))
    node.addEventListener("change", () => dispatch({ value: node.value }));
  else onText(element, node, dispatch);
  return node;
}

function onText(element, node, dispatch) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  if (triggers.includes("on_character_entered")) node.addEventListener("input", () => dispatch({ value: node.value }));
  if (!triggers.includes("on_enter_pressed")) return;
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || element.multiline) return;
    dispatch({ value: node.value });
  });
}

const TYPES = {
  datepicker: "date",
  timepicker: "time",
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
};

const CONTROLS = {
  button,
  overflow,
  static_select: choice,
  radio_buttons: ticks("radio"),
  checkboxes: ticks("checkbox"),
  users_select: person,
  multi_static_select: severalOptions,
  multi_users_select: severalPeople,
  plain_text_input: text,
  ...Object.fromEntries(Object.keys(TYPES).map((type) => [type, text])),
};
