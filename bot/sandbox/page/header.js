/**
 * The bar on top, and the switch of a narrow window.
 */
import { el } from "./dom.js";
import { sign } from "./icons.js";
import { themeButton } from "./theme.js";
import { heard, language, LANGUAGES, say, speak } from "./words.js";

/** Fill the bar; `controls` stand before the switches of language and colours. */
export function header(controls) {
  const tagline = document.getElementById("tagline");
  document.getElementById("controls").append(...controls, languages(), themeButton());
  const draw = () => (tagline.textContent = say("tagline"));
  heard(draw);
  speak(language());
}

function languages() {
  const buttons = Object.entries(LANGUAGES).map(([one, name]) =>
    el(
      "button",
      { type: "button", lang: one, title: name, "aria-label": name, onclick: () => speak(one) },
      one.toUpperCase(),
    ),
  );
  const node = el("div", { class: "segments", role: "group" }, buttons);
  heard(() => {
    node.setAttribute("aria-label", say("language"));
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.lang === language()));
  });
  return node;
}

/**
 * Shows one half of the page where both do not fit.
 *
 * @param shown called after each change
 * @returns `{open(name), fresh(name)}`: go to a side; something has happened there
 */
export function sides(shown) {
  const bar = document.getElementById("sides");
  const icons = { customer: "phone", slack: "hash" };
  const buttons = Object.keys(icons).map((name) =>
    el(
      "button",
      { type: "button", "data-tab": name, onclick: () => open(name) },
      el("span", { class: "tab-sign" }, sign(icons[name]), el("i", { role: "img" })),
      el("span", { class: "tab-name" }),
    ),
  );
  const draw = () => {
    bar.setAttribute("aria-label", say("sides"));
    for (const one of buttons) {
      one.querySelector(".tab-name").textContent = say(one.dataset.tab);
      one.querySelector("i").setAttribute("aria-label", say("new"));
    }
  };
  const open = (name) => {
    document.body.dataset.tab = name;
    for (const one of buttons) {
      one.setAttribute("aria-pressed", String(one.dataset.tab === name));
      if (one.dataset.tab === name) one.classList.remove("fresh");
    }
    shown();
  };
  const fresh = (name) => {
    if (document.body.dataset.tab !== name) buttons.find((one) => one.dataset.tab === name).classList.add("fresh");
  };
  bar.append(...buttons);
  heard(draw);
  draw();
  return { open, fresh };
}
